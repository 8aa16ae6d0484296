using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Namespaces;
using Bulwark.Kernel.Tests.Harness;

namespace Bulwark.Kernel.Tests.Attachment;

/// <summary>
/// A real process that takes connections and opens others, in whatever order a test wants: it counts as Docker's proxy, because it is called so
/// and its executable, Python's, is known as one.
/// </summary>
public sealed class ProxyTests : IDisposable
{
    private const uint Web = 0x101;
    private const uint Database = 0x102;
    private const string FirstWeb = "10.9.0.4";
    private const string SecondWeb = "10.9.0.5";
    private const string DatabaseAddress = "10.9.0.6";

    private readonly PinFolder _folder = new();
    private readonly PrivateNetwork _network = new();
    private readonly KernelPrograms _kernel;
    private readonly string _files = Path.Combine(Path.GetTempPath(), $"bulwark-test-{Guid.NewGuid():N}");
    private readonly string _cgroup;

    public ProxyTests()
    {
        _kernel = KernelPrograms.Load(_folder.Path);
        _cgroup = Path.Combine(CgroupHierarchy.FindUnified()!, $"bulwark-test-{Guid.NewGuid():N}");
        Directory.CreateDirectory(_cgroup);
        Directory.CreateDirectory(_files);
        File.Copy("/usr/bin/python3", Executable);
        File.SetUnixFileMode(_files, (UnixFileMode)0b111_101_101);
        new CgroupHooks(_kernel, _folder.Path, _cgroup).Attach();
        _network.IpInside("link", "set", "lo", "up");
        foreach (var (address, identity) in new[] { (FirstWeb, Web), (SecondWeb, Web), (DatabaseAddress, Database) })
        {
            _network.IpInside("address", "add", address, "dev", "lo");
            _kernel.Addresses.Set(MappedAddress.From(IPAddress.Parse(address)), new() { Identity = identity, Container = identity });
        }
        _kernel.HostNamespaces.Set(_network.Inside(NetworkNamespace.OwnCookie), 1);
        Believe(Executable);
    }

    private string Executable => Path.Combine(_files, "docker-proxy");

    public void Dispose()
    {
        _kernel.Dispose();
        _folder.Dispose();
        _network.Dispose();
        Directory.Delete(_cgroup);
        Directory.Delete(_files, recursive: true);
    }

    [Fact]
    public void A_connection_is_for_the_client_that_was_taken_before_it()
    {
        var connected = Run($"take {FirstWeb}", "connect", $"take {DatabaseAddress}", "connect");

        Assert.Equal([$"{FirstWeb} {Web}", $"{DatabaseAddress} {Database}"], connected);
    }

    [Fact]
    public void While_several_clients_wait_a_connection_may_be_for_each_of_them()
    {
        var connected = Run($"take {FirstWeb}", $"take {DatabaseAddress}", "connect", $"take {SecondWeb}", "connect", "connect", $"take {SecondWeb}", "connect");

        Assert.Equal([$":: {Web} {Database}", $":: {Web} {Database}", $":: {Web} {Database}", $"{SecondWeb} {Web}"], connected);
    }

    [Fact]
    public void Several_addresses_of_one_workload_are_one_client() =>
        Assert.Equal([$":: {Web}", $":: {Web}"], Run($"take {FirstWeb}", $"take {SecondWeb}", "connect", "connect"));

    [Fact]
    public void A_client_counts_once_however_often_its_socket_is_asked_for_its_name() =>
        Assert.Equal([$"{FirstWeb} {Web}", "::"], Run($"take {FirstWeb}", "name", "name", "connect", "connect"));

    [Fact]
    public void A_socket_that_the_proxy_connected_is_none_that_it_took() =>
        Assert.Equal(["::", "::"], Run("connect", "name-connected", "connect"));

    [Fact]
    public void A_datagram_is_of_its_sender() => Assert.Equal(
        [$"{FirstWeb} {Web}", $"{DatabaseAddress} {Database}"],
        Run($"receive {FirstWeb}", "connect-datagrams", $"receive {SecondWeb}", $"receive {DatabaseAddress}", "connect-datagrams"));

    [Fact]
    public void What_it_answers_to_a_client_is_its_own() => Assert.Equal(["unknown"], Run($"receive {FirstWeb}", "answer"));

    [Theory]
    [InlineData("unshare", "--mount")]
    [InlineData("setpriv", "--reuid=65534", "--clear-groups", "--regid=65534")]
    [InlineData("bash", "-c", "mkdir ${0%/*}/other && cp $0 ${0%/*}/other && exec ${0%/*}/other/docker-proxy \"$@\"")]
    public void Nobody_else_is_believed(params string[] through) =>
        Assert.Equal(["unknown"], RunThrough(through, $"take {FirstWeb}", "connect"));

    // The identity of each connection that the process opened, with the client's address before it if there is but one.
    private List<string> Run(params string[] steps) => RunThrough([], steps);

    private List<string> RunThrough(string[] through, params string[] steps)
    {
        const string enter = """echo $$ > "$1/cgroup.procs"; exec nsenter --net="$2" -- "${@:3}" """;
        const string script =
            """
            import socket, subprocess, sys
            listener = socket.create_server(("", 8080))
            receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            receiver.bind(("", 8080))
            kept = []
            def client(address, kind):
                kept.append(subprocess.Popen(["/usr/bin/python3", "-c", f'''
            import socket, time
            s = socket.socket(socket.AF_INET, socket.{kind})
            s.bind(("{address}", 0))
            s.connect(("127.0.0.1", 8080))
            s.send(b"hello")
            time.sleep(60)
            '''], stdout=subprocess.DEVNULL))
            def connect(kind):
                s = socket.socket(socket.AF_INET, kind)
                s.connect(("127.0.0.1", 8081))
                kept.append(s)
                print(int.from_bytes(s.getsockopt(socket.SOL_SOCKET, 57, 8), sys.byteorder))  # SO_COOKIE
                return s
            clients = []
            target = socket.create_server(("127.0.0.1", 8081))
            for step in sys.argv[1:]:
                what, *address = step.split()
                if what == "take":
                    client(address[0], "SOCK_STREAM")
                    taken, _ = listener.accept()
                    taken.getsockname()
                elif what == "name":
                    taken.getsockname()
                elif what == "connect":
                    connected = connect(socket.SOCK_STREAM)
                elif what == "name-connected":
                    connected.getsockname()
                elif what == "receive":
                    client(address[0], "SOCK_DGRAM")
                    _, sender = receiver.recvfrom(9)
                elif what == "answer":
                    receiver.sendto(b"answer", sender)
                    print(int.from_bytes(receiver.getsockopt(socket.SOL_SOCKET, 57, 8), sys.byteorder))
                elif what == "connect-datagrams":
                    connect(socket.SOCK_DGRAM)
            for each in kept:
                if isinstance(each, subprocess.Popen):
                    each.kill()
                    each.wait()
            """;
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", enter, "bash", _cgroup, _network.Path, .. through, Executable, "-c", script, .. steps])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var cookies = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        var proxied = _kernel.Map<ulong, Clients>("proxied");
        return [.. cookies.Select(cookie =>
            proxied.TryGet(ulong.Parse(cookie, CultureInfo.InvariantCulture), out var clients) ? clients.ToString() : "unknown")];
    }

    private void Believe(string executable)
    {
        const uint number = 0x4000_0000;
        var path = new PathKey();
        System.Text.Encoding.UTF8.GetBytes(executable).CopyTo(path);
        _kernel.KnownExecutables.Set(path, number);
        var link = new FileInfo("/proc/self/ns/mnt").LinkTarget!;
        var inode = uint.Parse(link.AsSpan(link.IndexOf('[', StringComparison.Ordinal) + 1).TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture);
        _kernel.Proxies.Set(new() { Executable = number, MountNamespace = inode }, 1);
    }

    // struct clients (bpf/include/maps/sockets.h)
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Clients
    {
        private readonly MappedAddress _address;
        private readonly uint _count;
        private readonly Identities _identities;
        private readonly uint _noted;

        public override string ToString()
        {
            var identities = (ReadOnlySpan<uint>)_identities;
            return string.Join(' ', [_address.ToAddress().ToString(), .. identities[..(int)_count].ToArray().Select(i => i.ToString(CultureInfo.InvariantCulture))]);
        }

        [InlineArray(16)]
        private struct Identities
        {
            private uint _first;
        }
    }
}
