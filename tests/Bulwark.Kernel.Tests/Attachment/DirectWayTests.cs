using System.Diagnostics;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;

namespace Bulwark.Kernel.Tests.Attachment;

/// <summary>Packets of an open connection go from one container right to another, past the bridge between them.</summary>
public sealed class DirectWayTests : IDisposable
{
    private const int Requests = 1000;
    private const int Few = 30; // a connection's first packets, and those of its neighbours' discovery

    private WatchedBridge _bridge = new();

    public void Dispose() => _bridge.Dispose();

    [Theory]
    [InlineData("10.97.0.3", "SOCK_STREAM", false)]
    [InlineData("10.97.0.3", "SOCK_DGRAM", false)]
    [InlineData("fd97::3", "SOCK_STREAM", false)]
    [InlineData("fd97::3", "SOCK_DGRAM", false)]
    [InlineData("10.97.0.3", "SOCK_STREAM", true)]
    public void Both_ends_count_packets_that_the_bridge_does_not_see(string address, string type, bool useClsact)
    {
        if (useClsact)
        {
            _bridge.Dispose();
            _bridge = new(useClsact);
        }
        Converse(address, type);

        Assert.InRange(_bridge.Bridged("client"), 1, Few);
        Assert.InRange(_bridge.Bridged("server"), 1, Few);
        var (client, server) = (Traffic(WatchedBridge.Client.Value), Traffic(WatchedBridge.Server.Value));
        Assert.Equal(client, (server.In, server.Out));
        Assert.True(client.Out > Requests * 20ul);
        Assert.True(client.In > Requests * 20ul);
    }

    [Theory]
    [InlineData("client")]
    [InlineData("server")]
    public void One_end_that_may_not_is_enough_to_take_the_bridge(string end)
    {
        _bridge.PutBridge(end, false);

        Converse("10.97.0.3", "SOCK_STREAM");

        Assert.InRange(_bridge.Bridged("client"), Requests, long.MaxValue);
        Assert.InRange(_bridge.Bridged("server"), Requests, long.MaxValue);
    }

    [Theory]
    [InlineData("client")]
    [InlineData("server")]
    public void A_permission_that_either_end_loses_ends_the_connection(string end)
    {
        Serve("10.97.0.3", "SOCK_STREAM");
        var client = Ask("10.97.0.3", "SOCK_STREAM");
        Assert.Equal("done", Once(client));

        _bridge.Protect(end == "client" ? WatchedBridge.Client : WatchedBridge.Server);

        Assert.Equal("nothing", Once(client));
    }

    [Fact]
    public void A_container_in_quarantine_gets_nothing()
    {
        Serve("10.97.0.3", "SOCK_STREAM");
        var client = Ask("10.97.0.3", "SOCK_STREAM");
        Assert.Equal("done", Once(client));

        _bridge.PutBridge("server", true, Endpoint.Quarantined);

        Assert.Equal("nothing", Once(client));
    }

    [Fact]
    public void An_open_connection_takes_the_bridge_again_when_it_is_told_to_and_then_the_direct_way()
    {
        Serve("10.97.0.3", "SOCK_STREAM");
        var client = Ask("10.97.0.3", "SOCK_STREAM");
        Assert.Equal("done", Once(client));
        var before = _bridge.Bridged("server");

        _bridge.PutBridge("client", false);
        Assert.Equal("done", Once(client));
        var bridged = _bridge.Bridged("server");
        _bridge.PutBridge("client", true);
        Assert.Equal("done", Once(client));

        Assert.InRange(bridged - before, Requests, long.MaxValue);
        Assert.InRange(_bridge.Bridged("server") - bridged, 0, Few);
    }

    // A thousand requests and answers over one connection, which ends.
    private void Converse(string address, string type)
    {
        Serve(address, type);
        var client = Ask(address, type);
        Assert.Equal("done", Once(client));
    }

    private void Serve(string address, string type)
    {
        var server = _bridge.StartServer(
            $$"""
            from socket import *
            server = socket({{Family(address)}}, {{type}})
            server.bind(("{{address}}", 5000))
            if {{type}} == SOCK_STREAM:
                server.listen()
                print("serves", flush=True)
                connection = server.accept()[0]
                try:
                    while data := connection.recv(64):
                        connection.send(data)
                except ConnectionError:
                    pass
            else:
                print("serves", flush=True)
                while True:
                    data, sender = server.recvfrom(64)
                    server.sendto(data, sender)
            """);
        Assert.Equal("serves", server.StandardOutput.ReadLine());
    }

    // For each line that it reads, a thousand requests.
    private Process Ask(string address, string type) => _bridge.StartClient(
        $$"""
        import sys
        from socket import *
        client = socket({{Family(address)}}, {{type}})
        client.settimeout(10)
        client.connect(("{{address}}", 5000))
        for line in sys.stdin:
            client.settimeout(2)
            try:
                for _ in range({{Requests}}):
                    client.send(b"x")
                    assert client.recv(64) == b"x"
                print("done", flush=True)
            except OSError:
                print("nothing", flush=True)
        client.close()
        """);

    private static string? Once(Process client)
    {
        client.StandardInput.WriteLine();
        client.StandardInput.Flush();
        return client.StandardOutput.ReadLine();
    }

    private (ulong Out, ulong In) Traffic(uint workload) => Sums.Traffic(_bridge.Kernel, workload);

    private static string Family(string address) => address.Contains(':', StringComparison.Ordinal) ? "AF_INET6" : "AF_INET";
}
