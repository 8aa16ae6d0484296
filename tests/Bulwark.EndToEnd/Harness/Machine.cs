using System.Diagnostics;
using System.Globalization;

namespace Bulwark.EndToEnd.Harness;

/// <summary>
/// What makes a machine of its own as far as the tests care: a network namespace and a mount namespace, with its own <c>/sys</c>,
/// <c>/sys/fs/bpf</c> and <c>/run</c>. Processes are those of the whole machine, as kernel programs see them.
/// </summary>
public sealed class Machine
{
    private readonly Sandbox _sandbox;
    private readonly Process _holder;

    private Machine(Sandbox sandbox, string name, Process holder)
    {
        _sandbox = sandbox;
        Name = name;
        _holder = holder;
    }

    public string Name { get; }

    /// <summary>A process in its namespaces.</summary>
    public int ProcessId => _holder.Id;

    public static async Task<Machine> StartAsync(Sandbox sandbox, string name, ControlGroups controlGroups = ControlGroups.AsIs)
    {
        const string script =
            """
            mount -t tmpfs run /run
            mkdir /run/groups
            if [ "$1" = Unified ]; then
                mount -t cgroup2 cgroup2 /run/groups
            else
                mount --rbind /sys/fs/cgroup /run/groups
            fi
            mount -t sysfs sysfs /sys
            mount --rbind /run/groups /sys/fs/cgroup
            umount --recursive --lazy /run/groups
            rmdir /run/groups
            mount -t bpf bpf /sys/fs/bpf
            for tracing in debugfs:/sys/kernel/debug tracefs:/sys/kernel/tracing; do
                mount -t "${tracing%%:*}" "${tracing%%:*}" "${tracing#*:}" || true
            done
            ip link set lo up
            sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
            touch "$2"
            exec sleep infinity
            """;
        var ready = sandbox.PathOf(name + ".ready");
        var holder = sandbox.Start(
            name + ".log", "unshare", "--net", "--mount", "--propagation", "private", "bash", "-euc", script, "bash",
            controlGroups.ToString(), ready);
        var machine = new Machine(sandbox, name, holder);
        await sandbox.UntilAsync($"machine {name} is there", TimeSpan.FromSeconds(10), [name + ".log"], () => Task.FromResult(File.Exists(ready)));
        await machine.LetIptablesSeeBridgesAsync(false);
        return machine;
    }

    /// <summary>Starts a program on this machine.</summary>
    public Process Start(string log, params IReadOnlyList<string> words) => _sandbox.Start(log, [.. Enter, .. words]);

    /// <summary>Runs a program on this machine to its end.</summary>
    public Task<CommandResult> RunAsync(params IReadOnlyList<string> words) => _sandbox.RunAsync([.. Enter, .. words]);

    /// <summary>
    /// Whether iptables see what bridges carry: where the kernel has br_netfilter built in, from the start. Docker turns it on for networks whose containers
    /// must not reach each other, of which a swarm has one.
    /// </summary>
    public async Task LetIptablesSeeBridgesAsync(bool see) =>
        _ = (await RunAsync("sysctl", "-qew", $"net.bridge.bridge-nf-call-iptables={(see ? 1 : 0)}", $"net.bridge.bridge-nf-call-ip6tables={(see ? 1 : 0)}")).Text;

    /// <summary>Runs a bash script on this machine.</summary>
    public Task<CommandResult> BashAsync(string script, params IReadOnlyList<string> arguments) =>
        RunAsync(["bash", "-euc", script, "bash", .. arguments]);

    /// <summary>Lays a cable between two machines.</summary>
    public static async Task ConnectAsync(Machine left, string leftInterface, Machine right, string rightInterface)
    {
        var rightNamespace = right.ProcessId.ToString(CultureInfo.InvariantCulture);
        _ = (await left.RunAsync(
            "ip", "link", "add", leftInterface, "type", "veth", "peer", "name", rightInterface, "netns", rightNamespace)).Text;
        _ = (await left.RunAsync("ip", "link", "set", leftInterface, "up")).Text;
        _ = (await right.RunAsync("ip", "link", "set", rightInterface, "up")).Text;
    }

    private string[] Enter =>
        ["nsenter", $"--net=/proc/{ProcessId}/ns/net", $"--mount=/proc/{ProcessId}/ns/mnt", "--wd=/", "--"];
}
