using System.Diagnostics;
using System.Globalization;
using System.Net;
using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Netlink;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;

namespace Bulwark.Kernel.Tests.Attachment;

/// <summary>TCP that the kernel carries over a veth in packets of more than 64 KiB (BIG TCP): their headers say that they are empty.</summary>
public sealed class BigPacketTests : IDisposable
{
    private const uint Web = 0x101;
    private const long Bytes = 64 << 20;
    private const int LargestUsual = 65535;

    private readonly PinFolder _folder = new();
    private readonly PrivateNetwork _network = new();
    private readonly PrivateNetwork _container = new();
    private readonly KernelPrograms _kernel;

    public BigPacketTests()
    {
        _kernel = KernelPrograms.Load(_folder.Path);
        _network.IpInside("link", "add", "outer", "type", "veth", "peer", "name", "inner", "netns", Path.GetFileName(_container.Path));
        foreach (var (network, name, address) in new[] { (_network, "outer", "fd09::3/64"), (_container, "inner", "fd09::2/64") })
        {
            network.IpInside("link", "set", name, "gso_max_size", "185000", "gro_max_size", "185000");
            network.IpInside("address", "add", address, "dev", name, "nodad");
            network.IpInside("link", "set", name, "up");
        }
        var veth = _network.Inside(() =>
        {
            var index = Interfaces.Links().Single(l => l.Name == "outer").Index;
            PacketHooks.OfHostEnds(_kernel, _folder.Path, PacketHooks.HasTcx).Attach(index);
            return index;
        });
        _kernel.Endpoints.Set(veth, new() { Workload = Web, Container = 1 });
        _kernel.Addresses.Set(MappedAddress.From(IPAddress.Parse("fd09::2")), new() { Identity = Web, Container = 1 });
        _kernel.Policies.Set(
            new() { Policy = 1, Peer = Identity.World.Value, Port = 5001, Transport = Transport.Tcp.Number, Direction = (byte)Direction.Out }, Permission.All);
        _kernel.Workloads.Set(Web, new() { Policy = 1, Mode = (uint)Mode.Protect });
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _network.Dispose();
        _container.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Passes_and_is_counted_as_long_as_it_is()
    {
        using var server = Start(_network,
            """
            from socket import *
            listener = create_server(("fd09::3", 5001), family=AF_INET6)
            print("listens", flush=True)
            taken, connection = 0, listener.accept()[0]
            while data := connection.recv(1 << 20):
                taken += len(data)
            print(taken, flush=True)
            """);
        Assert.Equal("listens", server.StandardOutput.ReadLine());

        using var client = Start(_container,
            $"""
            from socket import *
            connection = create_connection(("fd09::3", 5001))
            for _ in range({Bytes >> 20}):
                connection.sendall(bytes(1 << 20))
            """);
        client.WaitForExit();

        Assert.Equal(Bytes.ToString(CultureInfo.InvariantCulture), server.StandardOutput.ReadLine());
        Assert.Equal(0ul, Sums.Of(_kernel, Counter.Malformed));
        Assert.Equal(0ul, Sums.Of(_kernel, Counter.Blocked));
        Assert.InRange((long)Sums.BytesOut(_kernel, 5001), Bytes, Bytes + Bytes / 50);
        // Packets of at most 64 KiB would have been more, with those that acknowledge them.
        Assert.InRange((long)Sums.Of(_kernel, Counter.Packets), 1, Bytes / LargestUsual * 3 / 2);
    }

    private static Process Start(PrivateNetwork network, string script) =>
        Process.Start(new ProcessStartInfo("nsenter", [$"--net={network.Path}", "--", "python3", "-c", script]) { RedirectStandardOutput = true })!;
}
