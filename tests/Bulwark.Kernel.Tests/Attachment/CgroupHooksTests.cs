using System.Diagnostics;
using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Tests.Harness;

namespace Bulwark.Kernel.Tests.Attachment;

public sealed class CgroupHooksTests : IDisposable
{
    private readonly PinFolder _folder = new();
    private readonly KernelPrograms _kernel;
    private readonly DirectoryInfo _group;
    private readonly CgroupHooks _hooks;

    public CgroupHooksTests()
    {
        _kernel = KernelPrograms.Load(_folder.Path);
        _group = Directory.CreateDirectory(Path.Combine(CgroupHierarchy.FindUnified()!, $"bulwark-test-{Guid.NewGuid():N}"));
        _hooks = new(_kernel, _folder.Path, _group.FullName);
        _hooks.Attach();
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _folder.Dispose();
        _group.Delete();
    }

    [Fact]
    public void What_nobody_touched_needs_no_restoring() => Assert.Equal(0, _hooks.Restore());

    [Fact]
    public void A_pin_that_was_removed_and_its_program_come_back()
    {
        File.Delete(Path.Combine(_folder.Path, "link_connect_ipv4"));
        // the kernel frees a link whose pin is gone a moment later
        Assert.True(SpinWait.SpinUntil(() => !Attached().Contains("connect_ipv4", StringComparison.Ordinal), TimeSpan.FromSeconds(10)));

        Assert.Equal(1, _hooks.Restore());
        Assert.Contains("connect_ipv4", Attached(), StringComparison.Ordinal);
        Assert.Equal(0, _hooks.Restore());
    }

    [Fact]
    public void A_link_that_was_detached_is_made_anew()
    {
        BpfTool("link", "detach", "pinned", Path.Combine(_folder.Path, "link_bind_ipv6"));
        Assert.DoesNotContain("bind_ipv6", Attached(), StringComparison.Ordinal);

        Assert.Equal(1, _hooks.Restore());
        Assert.Contains("bind_ipv6", Attached(), StringComparison.Ordinal);
        Assert.Equal(0, _hooks.Restore());
    }

    private string Attached() => BpfTool("cgroup", "show", _group.FullName);

    private static string BpfTool(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("bpftool", arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
