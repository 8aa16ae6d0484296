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

    private readonly WatchedVeth _veth = new("fd09::3/64", "fd09::2/64", "gso_max_size", "185000", "gro_max_size", "185000");

    public BigPacketTests()
    {
        _veth.Kernel.Policies.Set(
            new() { Policy = 1, Peer = Identity.World.Value, Port = 5001, Transport = Transport.Tcp.Number, Direction = (byte)Direction.Out }, Permission.All);
        _veth.Kernel.Workloads.Set(WatchedVeth.Web, new() { Policy = 1, Mode = (uint)Mode.Protect });
    }

    public void Dispose() => _veth.Dispose();

    [Fact]
    public void Passes_and_is_counted_as_long_as_it_is()
    {
        using var server = Start(_veth.Network,
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

        using var client = Start(_veth.Container,
            $"""
            from socket import *
            connection = create_connection(("fd09::3", 5001))
            for _ in range({Bytes >> 20}):
                connection.sendall(bytes(1 << 20))
            """);
        client.WaitForExit();

        Assert.Equal(Bytes.ToString(CultureInfo.InvariantCulture), server.StandardOutput.ReadLine());
        Assert.Equal(0ul, Sums.Of(_veth.Kernel, Counter.Malformed));
        Assert.Equal(0ul, Sums.Of(_veth.Kernel, Counter.Blocked));
        Assert.InRange((long)Sums.BytesOut(_veth.Kernel, 5001), Bytes, Bytes + Bytes / 50);
        // Packets of at most 64 KiB would have been more, with those that acknowledge them.
        Assert.InRange((long)Sums.Of(_veth.Kernel, Counter.Packets), 1, Bytes / LargestUsual * 3 / 2);
    }

    private static Process Start(PrivateNetwork network, string script) =>
        Process.Start(new ProcessStartInfo("nsenter", [$"--net={network.Path}", "--", "python3", "-c", script]) { RedirectStandardOutput = true })!;
}
