using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Bulwark.Kernel.Netlink;
using Bulwark.Kernel.Tests.Harness;
using CsCheck;

namespace Bulwark.Kernel.Tests.Netlink;

public sealed class TrackedConnectionTests : IDisposable
{
    private readonly PrivateNetwork _network = new();

    public TrackedConnectionTests()
    {
        _network.IpInside("link", "set", "lo", "up");
        // The kernel tracks where a rule asks for it. Connections to port 80 are translated to 8080.
        Inside("iptables -t nat -A OUTPUT -p tcp --dport 80 -j REDIRECT --to-ports 8080");
    }

    public void Dispose() => _network.Dispose();

    [Fact]
    public void An_open_connection_is_there_with_both_ways_as_they_look_on_either_side_of_the_translation()
    {
        var found = _network.Inside(() =>
        {
            using var server = new TcpListener(IPAddress.Loopback, 8080);
            server.Start();
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, 80);
            using var accepted = server.AcceptTcpClient();
            return (TrackedConnection.Read(), ((IPEndPoint)client.Client.LocalEndPoint!).Port);
        });

        var (connections, port) = found;
        var connection = Assert.Single(connections, c => c.Transport == 6);
        Assert.Equal(new TrackedFlow(IPAddress.Loopback, (ushort)port, IPAddress.Loopback, 80), connection.Original);
        Assert.Equal(new TrackedFlow(IPAddress.Loopback, 8080, IPAddress.Loopback, (ushort)port), connection.Reply);
    }

    [Fact]
    public void A_connection_that_was_closed_is_not_there()
    {
        var connections = _network.Inside(() =>
        {
            using var server = new TcpListener(IPAddress.Loopback, 8080);
            server.Start();
            using (var client = new TcpClient())
            {
                client.Connect(IPAddress.Loopback, 8080);
                server.AcceptTcpClient().Dispose();
            }
            return TrackedConnection.Read();
        });

        Assert.DoesNotContain(connections, c => c.Transport == 6);
    }

    [Fact]
    public void Datagrams_are_there_in_both_versions_of_IP()
    {
        Inside("ip6tables -t nat -A OUTPUT -p tcp --dport 80 -j REDIRECT --to-ports 8080");
        var connections = _network.Inside(() =>
        {
            foreach (var address in (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback])
            {
                using var server = new UdpClient(new IPEndPoint(address, 5353));
                using var client = new UdpClient(new IPEndPoint(address, 40000));
                client.Send([1], new IPEndPoint(address, 5353));
            }
            return TrackedConnection.Read();
        });

        Assert.Contains(new(17, new(IPAddress.Loopback, 40000, IPAddress.Loopback, 5353), new(IPAddress.Loopback, 5353, IPAddress.Loopback, 40000)), connections);
        Assert.Contains(connections, c => c.Transport == 17 && c.Original.Destination.Equals(IPAddress.IPv6Loopback) && c.Original.DestinationPort == 5353);
    }

    [Fact]
    public void A_network_that_tracks_nothing_has_none()
    {
        using var other = new PrivateNetwork();
        Assert.Empty(other.Inside(TrackedConnection.Read));
    }

    [Fact]
    public void Damaged_messages_are_no_connections_and_do_no_harm() =>
        Gen.Byte.Array[0, 120].Sample(bytes => _ = TrackedConnection.Parse(bytes), iter: 20_000);

    private void Inside(string command)
    {
        using var process = Process.Start("nsenter", ["--net=" + _network.Path, "sh", "-c", command]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
