using System.Globalization;
using System.Net.Sockets;
using Bulwark.Agent.Enforcement;
using Bulwark.Agent.Hosts;
using Bulwark.Agent.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bulwark.Agent.Tests.Hosts;

public sealed class PublishedPortsTests : IDisposable
{
    private readonly LoadedKernel _kernel = new();
    private readonly PublishedPorts _ports;

    public PublishedPortsTests() =>
        _ports = new(_kernel.Programs, new PolicyTable(_kernel.Programs, TimeProvider.System), TimeProvider.System, NullLogger.Instance);

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void The_proxies_of_a_daemon_are_those_in_its_mount_namespace()
    {
        KnowOwn();

        var own = new FileInfo("/proc/self/ns/mnt").LinkTarget;
        var proxies = _kernel.Programs.Proxies.Keys();
        Assert.NotEmpty(proxies);
        Assert.All(proxies, proxy => Assert.Equal(own, string.Create(CultureInfo.InvariantCulture, $"mnt:[{proxy.MountNamespace}]")));
        var numbers = _kernel.Programs.KnownExecutables.Entries().Select(known => known.Value);
        Assert.All(proxies, proxy => Assert.Contains(proxy.Executable, numbers));
    }

    [Fact]
    public void Those_of_a_daemon_that_was_are_believed_no_longer()
    {
        _kernel.Programs.Proxies.Set(new() { Executable = 1, MountNamespace = 1 }, 1);
        KnowOwn();

        _ports.ForgetOthers();

        Assert.NotEmpty(_kernel.Programs.Proxies.Keys());
        Assert.DoesNotContain(_kernel.Programs.Proxies.Keys(), proxy => proxy.MountNamespace == 1);
    }

    [Fact]
    public void A_daemon_that_is_not_there_has_none()
    {
        _ports.Know("unix:///nowhere/docker.sock");

        Assert.Empty(_kernel.Programs.Proxies.Keys());
    }

    [Fact]
    public void Processes_that_are_gone_are_forgotten()
    {
        const uint gone = uint.MaxValue;
        var here = (uint)Environment.ProcessId;
        _kernel.Programs.ProxyProcesses.Set(gone, default);
        _kernel.Programs.ProxyProcesses.Set(here, default);

        _ports.Sweep();

        Assert.Equal([here], _kernel.Programs.ProxyProcesses.Keys());
    }

    // A daemon in this process.
    private void KnowOwn()
    {
        var path = Path.Combine(Path.GetTempPath(), $"bulwark-test-{Guid.NewGuid():N}.sock");
        using var daemon = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        daemon.Bind(new UnixDomainSocketEndPoint(path));
        daemon.Listen();
        try
        {
            _ports.Know("unix://" + path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
