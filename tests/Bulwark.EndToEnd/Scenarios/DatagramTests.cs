using Bulwark.EndToEnd.Harness;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>Datagrams to many, and those of QUIC.</summary>
public sealed class DatagramTests(Stage stage) : IAsyncLifetime
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly Project _air = new(stage.Host, "air");
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;
    private BulwarkProcess? _bulwark;
    private string _network = "";

    private BulwarkProcess Bulwark => _bulwark!;

    public async ValueTask InitializeAsync()
    {
        await _air.RemoveAsync();
        _bulwark = await BulwarkProcess.StartAsync(stage.Host, "air", Learning.Never);
        _network = await _air.AddNetworkAsync("default", "--subnet", "10.79.0.0/24");
    }

    public async ValueTask DisposeAsync()
    {
        await _air.RemoveAsync();
        if (_bulwark is not null)
            await _bulwark.DisposeAsync();
    }

    [Fact]
    public async Task What_is_sent_to_many_passes_if_the_sender_may_and_reaches_those_that_may_hear_it()
    {
        const string listen =
            """
            exec python3 -uc '
            import socket, struct
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind(("", 6000))
            s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("4s4s", socket.inet_aton("239.1.2.3"), socket.inet_aton("0.0.0.0")))
            print("listening")
            while True:
                print(s.recv(99).decode())
            '
            """;
        await _air.RunAsync("station", _network, "sleep infinity");
        foreach (var each in (string[])["radio", "wall"])
        {
            await _air.RunAsync(each, _network, listen);
            await Poll.UntilAsync("it listens", s_limit, async () => (await HeardAsync(each)).Contains("listening", StringComparison.Ordinal));
        }
        _ = (await Bulwark.RunAsync("mode", "--all", "protect")).Text;

        foreach (var to in (string[])["239.1.2.3", "10.79.0.255", "255.255.255.255"])
            _ = (await SendAsync("nothing", to)).Text; // who sends to many is not told
        var item = await Bulwark.WaitForBlockedAsync(_started, "air/station", "out", "multicast", "6000/udp");
        _ = (await Bulwark.RunHintAsync(item.Hint)).Text;
        _ = (await Bulwark.RunAsync("allow", "air/radio", "--from", "air/station", "--port", "6000/udp")).Text;

        foreach (var to in (string[])["239.1.2.3", "10.79.0.255", "255.255.255.255"])
        {
            _ = (await SendAsync($"news by {to}.", to)).Text;
            await Poll.UntilAsync($"it hears {to}", s_limit, async () => (await HeardAsync("radio")).Contains($"news by {to}.", StringComparison.Ordinal));
        }
        await Bulwark.WaitForBlockedAsync(_started, "air/wall", "in", "air/station", "6000/udp");
        Assert.Equal("listening", await HeardAsync("wall"));
        Assert.DoesNotContain("nothing", await HeardAsync("radio"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task QUIC_is_recognised_and_in_protect_goes_where_it_went()
    {
        // The packets of RFC 9001 appendix A, as far as anybody on the way can read them.
        const string server =
            """
            exec python3 -c '
            import socket
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.bind(("", 443))
            while True:
                _, sender = s.recvfrom(2048)
                s.sendto(bytes.fromhex("cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a"), sender)
            '
            """;
        await _air.RunAsync("server", _network, server);
        await _air.RunAsync("client", _network, "sleep infinity");
        await Poll.UntilAsync("the server answers", s_limit, async () => (await AskAsync(443)).Succeeded);
        await Poll.UntilAsync("QUIC is on the map", s_limit, async () => (await Bulwark.MapAsync()).Conversations.Any(each =>
            (each.Client, each.Server, each.Port, each.Protocol) == ("air/client", "air/server", "443/udp", "quic")));

        _ = (await Bulwark.RunAsync("mode", "--all", "protect")).Text;

        Assert.True((await AskAsync(443)).Succeeded);
        Assert.False((await AskAsync(8443)).Succeeded);
        await Bulwark.WaitForBlockedAsync(_started, "air/client", "out", "air/server", "8443/udp");
    }

    private async Task<string> HeardAsync(string service) => (await stage.Host.DockerAsync("logs", _air.Container(service))).Text;

    private Task<CommandResult> SendAsync(string what, string to)
    {
        const string script =
            """
            exec python3 -c '
            import socket, sys
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            s.sendto(sys.argv[1].encode(), (sys.argv[2], 6000))
            '
            """;
        return _air.ExecAsync("station", $"{script} '{what}' {to}");
    }

    private Task<CommandResult> AskAsync(int port)
    {
        const string script =
            """
            exec python3 -c '
            import socket, sys
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.settimeout(2)
            s.connect(("server", int(sys.argv[1])))
            s.send(bytes.fromhex("c300000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d92ec356c0bab"))
            s.recv(2048)
            '
            """;
        return _air.ExecAsync("client", $"{script} {port}");
    }
}
