using System.Diagnostics;
using System.Globalization;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;

namespace Bulwark.Kernel.Tests.Attachment;

/// <summary>TCP that the kernel carries over a veth in packets of more than 64 KiB (BIG TCP): their headers say that they are empty.</summary>
public sealed class BigPacketTests : IDisposable
{
    private const long Bytes = 64 << 20;
    private const int LargestUsual = 65535;

    // IFLA_GSO_IPV4_MAX_SIZE and IFLA_GRO_IPV4_MAX_SIZE (linux/if_link.h), for which ip-link(8) of Debian 12 is too old.
    private const string SetIpv4 =
        """
        import socket, struct, sys
        attributes = b"".join(struct.pack("HHI", 8, type, 185000) for type in (63, 64))
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as netlink:
            netlink.send(struct.pack("IHHII", 32 + len(attributes), 19, 5, 1, 0) + struct.pack("BBHiII", 0, 0, 0, socket.if_nametoindex(sys.argv[1]), 0, 0) + attributes)
            sys.exit(struct.unpack_from("i", netlink.recv(4096), 16)[0])
        """;

    private WatchedVeth? _veth;

    public void Dispose() => _veth?.Dispose();

    [Fact]
    public void Of_IPv6_passes_and_is_counted_as_long_as_it_is() => Pass("fd09::3", "fd09::2", 64);

    [Fact]
    [Trait("Needs", "Linux 6.3")]
    public void Of_IPv4_passes_and_is_counted_as_long_as_it_is() => Pass("10.96.0.3", "10.96.0.2", 24);

    private void Pass(string host, string container, int prefix)
    {
        _veth = new($"{host}/{prefix}", $"{container}/{prefix}", "gso_max_size", "185000", "gro_max_size", "185000");
        foreach (var (network, name) in new[] { (_veth.Network, "outer"), (_veth.Container, "inner") })
        {
            using var set = Start(network, SetIpv4, name);
            set.WaitForExit();
            Assert.Equal(0, set.ExitCode);
        }
        _veth.Kernel.Policies.Set(
            new() { Policy = 1, Peer = Identity.World.Value, Port = 5001, Transport = Transport.Tcp.Number, Direction = (byte)Direction.Out }, Permission.All);
        _veth.Kernel.Workloads.Set(WatchedVeth.Web, new() { Policy = 1, Mode = (uint)Mode.Protect });

        using var server = Start(_veth.Network,
            """
            import sys
            from socket import *
            listener = create_server((sys.argv[1], 5001), family=AF_INET6 if ":" in sys.argv[1] else AF_INET)
            print("listens", flush=True)
            taken, connection = 0, listener.accept()[0]
            while data := connection.recv(1 << 20):
                taken += len(data)
            print(taken, flush=True)
            """, host);
        Assert.Equal("listens", server.StandardOutput.ReadLine());

        using var client = Start(_veth.Container,
            $"""
            import sys
            from socket import *
            connection = create_connection((sys.argv[1], 5001))
            for _ in range({Bytes >> 20}):
                connection.sendall(bytes(1 << 20))
            """, host);
        client.WaitForExit();

        Assert.Equal(Bytes.ToString(CultureInfo.InvariantCulture), server.StandardOutput.ReadLine());
        Assert.Equal(0ul, Sums.Of(_veth.Kernel, Counter.Malformed));
        Assert.Equal(0ul, Sums.Of(_veth.Kernel, Counter.Blocked));
        Assert.InRange((long)Sums.BytesOut(_veth.Kernel, 5001), Bytes, Bytes + Bytes / 50);
        // Packets of at most 64 KiB would have been more, with those that acknowledge them.
        Assert.InRange((long)Sums.Of(_veth.Kernel, Counter.Packets), 1, Bytes / LargestUsual * 3 / 2);
    }

    private static Process Start(PrivateNetwork network, string script, string argument) =>
        Process.Start(new ProcessStartInfo("nsenter", [$"--net={network.Path}", "--", "python3", "-c", script, argument]) { RedirectStandardOutput = true })!;
}
