using System.Diagnostics;
using Bulwark.Kernel.Tests.Harness;

namespace Bulwark.Kernel.Tests;

public sealed class VerifierTests
{
    // Maps are pinned by name below the bpf file system of a mount namespace that ends with the shell.
    private const string CompileAndLoad = """
        set -eu
        work=$(mktemp -d)
        trap 'rm -rf "$work"' EXIT
        clang -g -O2 -Wall -Werror -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 -I/usr/include/x86_64-linux-gnu \
            -c "$1/bulwark.bpf.c" -o "$work/bulwark.o"
        mkdir -p /sys/fs/bpf
        mount -t bpf bpf /sys/fs/bpf
        bpftool prog loadall "$work/bulwark.o" /sys/fs/bpf/programs
        ls /sys/fs/bpf/programs
        """;

    [Fact]
    public async Task The_kernel_accepts_every_program()
    {
        var start = new ProcessStartInfo("unshare") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-m", "bash", "-c", CompileAndLoad, "bash", Path.Combine(Repository.Root, "bpf")])
            start.ArgumentList.Add(argument);

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var programs = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, await errors);
        Assert.Equal(
            [
                "bind_ipv4", "bind_ipv6", "cgroup_bind_ipv4", "cgroup_bind_ipv6", "cgroup_connect_ipv4", "cgroup_connect_ipv6", "cgroup_receives",
                "cgroup_send_ipv4", "cgroup_send_ipv6", "cgroup_sends", "connect_ipv4", "connect_ipv6", "device_receives", "device_sends",
                "from_container", "named_ipv4", "named_ipv6", "received_ipv4", "received_ipv6", "send_ipv4", "send_ipv6", "to_container",
            ],
            programs.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
