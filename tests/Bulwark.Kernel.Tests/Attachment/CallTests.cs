using System.Diagnostics;
using System.Net;
using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Namespaces;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using Bulwark.Model.Observations;

namespace Bulwark.Kernel.Tests.Attachment;

/// <summary>Real processes that open conversations, in a control group and a network namespace that are a container's for the programs.</summary>
public sealed class CallTests : IDisposable
{
    private const uint Web = 0x101;
    private const uint Database = 0x102;
    private const string Connect = "exec 3<>/dev/udp/10.9.0.3/5432";

    private readonly PinFolder _folder = new();
    private readonly PrivateNetwork _network = new();
    private readonly KernelPrograms _kernel;
    private readonly string _cgroup;
    private readonly EventRing _ring;
    private readonly List<Told> _told = [];

    public CallTests()
    {
        _kernel = KernelPrograms.Load(_folder.Path);
        _ring = _kernel.OpenEvents(sample => _told.Add(Told.Read(sample)));
        _cgroup = Path.Combine(CgroupHierarchy.FindUnified()!, $"bulwark-test-{Guid.NewGuid():N}");
        Directory.CreateDirectory(_cgroup);
        new CgroupHooks(_kernel, _folder.Path, _cgroup).Attach();
        _network.IpInside("link", "add", "outer", "type", "veth", "peer", "name", "inner");
        _network.IpInside("address", "add", "10.9.0.2/24", "dev", "inner");
        _network.IpInside("link", "set", "inner", "up");
        _network.IpInside("link", "set", "outer", "up");
        _kernel.Namespaces.Set(_network.Inside(NetworkNamespace.OwnCookie), new() { Workload = Web, Container = 1 });
        _kernel.Addresses.Set(MappedAddress.From(IPAddress.Parse("10.9.0.3")), new() { Identity = Database, Container = 2 });
    }

    public void Dispose()
    {
        _ring.Dispose();
        _kernel.Dispose();
        _folder.Dispose();
        _network.Dispose();
        Directory.Delete(_cgroup);
    }

    [Fact]
    public void An_executable_that_is_listed_may()
    {
        Policy(Mode.Protect, Permission.Listed, "/usr/bin/bash");

        Assert.Equal(0, Run("bash", "-c", Connect));
    }

    [Fact]
    public void Another_is_refused_and_told_of_by_its_path()
    {
        Policy(Mode.Protect, Permission.Listed, "/usr/bin/app");

        Assert.NotEqual(0, Run("bash", "-c", Connect));

        var told = Attempt();
        Assert.Equal((Verdict.Blocked, VerdictReason.Executable), ((Verdict)told.Head.Verdict, (VerdictReason)told.Head.Reason));
        Assert.Equal("/usr/bin/bash", PathOf(told.Head.Executable));
    }

    [Fact]
    public void In_audit_it_passes_and_is_told_of()
    {
        Policy(Mode.Audit, Permission.Listed, "/usr/bin/app");

        Assert.Equal(0, Run("bash", "-c", Connect));
        Assert.Equal(Verdict.WouldBlock, (Verdict)Attempt().Head.Verdict);
    }

    [Theory]
    [InlineData(Mode.Learn, Permission.Listed)]
    [InlineData(Mode.Protect, Permission.All)]
    public void What_is_for_all_or_still_learnt_is_not_refused(Mode mode, Permission permission)
    {
        Policy(mode, permission, "/usr/bin/app");

        Assert.Equal(0, Run("bash", "-c", Connect));
    }

    [Fact]
    public void A_file_of_the_same_path_on_another_file_system_is_another_executable()
    {
        Policy(Mode.Protect, Permission.Listed, "/usr/bin/bash");
        // A mount namespace with a file system at /mnt: seen from its own root, the copy there is /usr/bin/bash too.
        const string copy =
            """
            mount -t tmpfs tmpfs /mnt && mkdir -p /mnt/usr/bin && cp /usr/bin/bash /mnt/usr/bin/bash
            exec /mnt/usr/bin/bash -c "$1"
            """;

        Assert.NotEqual(0, Run("unshare", "-m", "bash", "-c", copy, "bash", Connect));
        Assert.Equal("/mnt/usr/bin/bash", PathOf(Attempt().Head.Executable));
    }

    [Fact]
    public void A_process_that_gave_itself_another_root_directory_is_still_told_by_the_real_path()
    {
        Policy(Mode.Protect, Permission.Listed, "/usr/bin/bash");
        const string inside =
            """
            mount -t tmpfs tmpfs /mnt && mkdir -p /mnt/usr/bin /mnt/lib /mnt/lib64 /mnt/usr/lib && cp /usr/bin/bash /mnt/usr/bin/bash
            for library in $(ldd /usr/bin/bash | grep -o '/[^ ]*'); do mkdir -p "/mnt$(dirname "$library")" && cp "$library" "/mnt$library"; done
            exec chroot /mnt /usr/bin/bash -c "$1"
            """;

        Assert.NotEqual(0, Run("unshare", "-m", "bash", "-c", inside, "bash", Connect));
        Assert.Equal("/mnt/usr/bin/bash", PathOf(Attempt().Head.Executable));
    }

    [Fact]
    public void A_path_that_is_too_long_never_passes_for_its_own_end()
    {
        Policy(Mode.Protect, Permission.Listed, "/usr/bin/bash");
        const string inside =
            """
            long=/mnt/$(printf 'x%.0s' $(seq 250)); mount -t tmpfs tmpfs /mnt && mkdir -p "$long/usr/bin" && cp /usr/bin/bash "$long/usr/bin/bash"
            exec "$long/usr/bin/bash" -c "$1"
            """;

        Assert.NotEqual(0, Run("unshare", "-m", "bash", "-c", inside, "bash", Connect));
        Assert.Equal("*usr/bin/bash", PathOf(Attempt().Head.Executable));
    }

    [Fact]
    public void A_port_that_others_reach_is_bound_only_by_those_who_may()
    {
        BindPolicy(Mode.Protect, "/usr/bin/app");

        Assert.NotEqual(0, Run("/usr/bin/python3", "-c", Bind("STREAM", 80)));
        var told = Attempt();
        Assert.Equal((Verdict.Blocked, VerdictReason.Executable), ((Verdict)told.Head.Verdict, (VerdictReason)told.Head.Reason));
        Assert.Equal(((byte)Direction.In, (ushort)80, Web), (told.Head.Direction, told.Head.ServerPort, told.Head.Workload));
        Assert.Contains("python3", PathOf(told.Head.Executable), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Mode.Learn, "/usr/bin/app", "STREAM", 80, "")] // learns
    [InlineData(Mode.Audit, "/usr/bin/app", "STREAM", 80, "")] // is told only
    [InlineData(Mode.Protect, "python", "STREAM", 80, "")] // may
    [InlineData(Mode.Protect, "/usr/bin/app", "DGRAM", 80, "")] // the port of another protocol
    [InlineData(Mode.Protect, "/usr/bin/app", "STREAM", 81, "")] // a port that nobody may reach anyway
    [InlineData(Mode.Protect, "/usr/bin/app", "STREAM", 80, "127.0.0.1")] // a port that nobody else can reach
    public void Any_other_port_is_anybodys(Mode mode, string executable, string type, int port, string address)
    {
        BindPolicy(mode, executable == "python" ? File.ResolveLinkTarget("/usr/bin/python3", returnFinalTarget: true)!.FullName : executable);
        _network.IpInside("link", "set", "lo", "up");

        Assert.Equal(0, Run("/usr/bin/python3", "-c", Bind(type, port, address)));
    }

    [Fact]
    public void A_port_is_not_taken_by_sharing_it_with_who_may()
    {
        BindPolicy(Mode.Protect, "/usr/bin/app");
        Assert.NotEqual(0, Run("/usr/bin/python3", "-c", Bind("STREAM", 80, "::", "AF_INET6", "s.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)")));
    }

    private static string Bind(string type, int port, string address = "", string family = "AF_INET", string before = "") =>
        $"from socket import *; s = socket({family}, SOCK_{type}); {before}; s.bind(('{address}', {port}))".Replace("; ;", ";", StringComparison.Ordinal);

    private void BindPolicy(Mode mode, string executable) => Policy(mode, Permission.Listed, executable,
        new() { Policy = 1, Port = 80, Transport = Transport.Tcp.Number, Direction = PolicyKey.Bind });

    private void Policy(Mode mode, Permission permission, string executable, PolicyKey? bind = null)
    {
        const uint version = 1, number = 0x4000_0000;
        var key = bind ?? new() { Policy = version, Peer = Database, Port = 5432, Transport = Transport.Udp.Number, Direction = (byte)Direction.Out };
        var path = new PathKey();
        System.Text.Encoding.UTF8.GetBytes(executable).CopyTo(path);
        _kernel.KnownExecutables.Set(path, number);
        _kernel.PolicyExecutables.Set(new() { Entry = key, Executable = number }, 1);
        _kernel.Policies.Set(key, permission);
        _kernel.Workloads.Set(Web, new() { Policy = version, Mode = (uint)mode });
    }

    // In the control group and the namespace before it becomes the program.
    private int Run(params string[] command)
    {
        const string enter = """echo $$ > "$1/cgroup.procs"; shift; exec nsenter --net="$1" -- "${@:2}" """;
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", enter, "bash", _cgroup, _network.Path, .. command])
        {
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        TestContext.Current.TestOutputHelper?.WriteLine(errors);
        return process.ExitCode;
    }

    private Told Attempt()
    {
        _ring.Poll(0);
        return Assert.Single(_told, told => told.Type == KernelEventType.Attempt);
    }

    private string PathOf(uint executable)
    {
        Assert.True(_kernel.ExecutablePaths.TryGet(executable, out var path));
        var bytes = (ReadOnlySpan<byte>)path.Path;
        return System.Text.Encoding.UTF8.GetString(bytes[..(int)path.Length]);
    }
}
