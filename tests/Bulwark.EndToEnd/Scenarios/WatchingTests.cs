using System.Globalization;
using Bulwark.EndToEnd.Harness;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>What Bulwark sees of containers that it was told nothing of, in the networks that Docker has for them.</summary>
public sealed class WatchingTests(Stage stage) : IAsyncLifetime
{
    // Long enough that nothing is ever learnt here.
    private static readonly Learning s_never = Learning.Quick with { MinimumTime = TimeSpan.FromHours(1) };
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly Host _host = stage.Host;
    private BulwarkProcess? _bulwark;

    private BulwarkProcess Bulwark => _bulwark!;

    public async ValueTask InitializeAsync()
    {
        await RemoveAsync();
        _ = (await _host.DockerAsync("network", "create", "sight-one")).Text;
        _ = (await _host.DockerAsync("network", "create", "sight-two")).Text;
    }

    public async ValueTask DisposeAsync()
    {
        await RemoveAsync();
        if (_bulwark is not null)
            await _bulwark.DisposeAsync();
    }

    [Fact]
    public async Task A_container_is_watched_in_each_of_its_networks_also_in_those_that_it_joins_later()
    {
        _bulwark = await BulwarkProcess.StartAsync(_host, "sight", s_never);
        await RunAsync("server", "sight-one", "exec python3 -m http.server 8000");
        await RunAsync("near", "sight-one", "sleep infinity");
        await RunAsync("far", "sight-two", "sleep infinity");
        _ = (await _host.DockerAsync("network", "connect", "sight-two", Name("server"))).Text;

        foreach (var client in (string[])["near", "far"])
        {
            await ReachAsync(client, "server", 8000);
            await OnMapAsync(Name(client), Name("server"), "8000/tcp");
        }

        _ = (await _host.DockerAsync("network", "disconnect", "sight-two", Name("server"))).Text;
        await ReachAsync("near", "server", 8000);
        Assert.Empty((await Bulwark.StatusAsync()).Agent.Warnings);
    }

    [Fact]
    public async Task Containers_on_the_default_bridge_are_watched()
    {
        _bulwark = await BulwarkProcess.StartAsync(_host, "sight", s_never);
        await RunAsync("server", "bridge", "exec python3 -m http.server 8000");
        await RunAsync("client", "bridge", "sleep infinity");
        var address = (await _host.DockerAsync("inspect", "-f", "{{.NetworkSettings.IPAddress}}", Name("server"))).Text;

        await Poll.UntilAsync("the server answers", s_limit, async () => (await _host.ExecAsync(Name("client"), Probe.Tcp(address, 8000))).Succeeded);

        await OnMapAsync(Name("client"), Name("server"), "8000/tcp");
    }

    [Fact]
    public async Task What_a_guest_in_its_network_says_is_the_containers_own_also_after_the_guest_is_gone()
    {
        _bulwark = await BulwarkProcess.StartAsync(_host, "sight", s_never);
        await RunAsync("server", "sight-one", "exec python3 -m http.server 8000");
        await RunAsync("client", "sight-one", "sleep infinity");
        await RunAsync("guest", "container:" + Name("client"), "sleep infinity");

        await ReachAsync("guest", "server", 8000);
        await OnMapAsync(Name("client"), Name("server"), "8000/tcp");

        _ = (await _host.DockerAsync("rm", "-f", Name("guest"))).Text;
        await Poll.UntilAsync("the guest is forgotten", s_limit, async () =>
            (await Bulwark.StatusAsync()).Workloads.All(each => each.Containers.All(c => c.Name != Name("guest"))));
        await ReachAsync("client", "server", 8000);
    }

    [Fact]
    public async Task A_connection_from_before_bulwark_is_shown_with_its_true_direction_and_who_holds_it()
    {
        await RunAsync("server", "sight-one", Echo("socket.SOCK_STREAM", 7000));
        await RunAsync("client", "sight-one", Talk(Name("server"), 7000));
        await Poll.UntilAsync("they talk", s_limit, async () =>
            (await _host.DockerAsync("logs", Name("client"))).Output.Contains("talking", StringComparison.Ordinal));

        _bulwark = await BulwarkProcess.StartAsync(_host, "sight", s_never);

        var seen = await OnMapAsync(Name("client"), Name("server"), "7000/tcp");
        Assert.All((string[])[.. seen.ClientExecutables, .. seen.ServerExecutables], path => Assert.Contains("python", path, StringComparison.Ordinal));
        Assert.NotEmpty(seen.ClientExecutables);
        Assert.NotEmpty(seen.ServerExecutables);
        var (client, server) = (await WorkloadAsync(Name("client")), await WorkloadAsync(Name("server")));
        var map = (await Bulwark.MapAsync()).Conversations;
        Assert.DoesNotContain(map, each => each.Client == server && each.Server == client);
        // A neighbour whose container Bulwark had yet to hear of would be an address.
        Assert.DoesNotContain(map, each => each.Client.StartsWith("range:", StringComparison.Ordinal) || each.Server.StartsWith("range:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Datagrams_echo_requests_and_other_protocols_are_watched()
    {
        const string raw =
            """
            exec python3 -c '
            import socket
            s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 253)
            while True:
                data, sender = s.recvfrom(2048)
                s.sendto(data[20:], sender)
            '
            """;
        _bulwark = await BulwarkProcess.StartAsync(_host, "sight", s_never);
        await RunAsync("server", "sight-one", raw);
        await RunAsync("client", "sight-one", "sleep infinity");
        _ = (await _host.DockerAsync("exec", "-d", Name("server"), "bash", "-c", Probe.UdpEchoServer(5000))).Text;
        string[] probes =
        [
            Probe.Udp(Name("server"), 5000), Probe.Ping(Name("server")),
            $"""
            python3 -c '
            import socket
            s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 253)
            s.settimeout(2)
            s.sendto(b"hello", (socket.gethostbyname("{Name("server")}"), 0))
            s.recvfrom(2048)
            '
            """,
        ];
        foreach (var probe in probes)
            await Poll.UntilAsync("the server answers", s_limit, async () => (await _host.ExecAsync(Name("client"), probe)).Succeeded);

        foreach (var port in (string[])["5000/udp", "8/icmp", "ip-253"])
            await OnMapAsync(Name("client"), Name("server"), port);
    }

    [Fact]
    public async Task What_a_container_subscribed_to_before_Bulwark_was_there_is_its_own_conversation()
    {
        // Only the server talks from then on.
        const string Ticker =
            """
            import socket, time
            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            server.bind(("203.0.113.66", 9999))
            client = server.recvfrom(100)[1]
            while True:
                server.sendto(b"tick", client)
                time.sleep(0.05)
            """;
        using var ticker = _host.Outside.Machine.Start("ticker.log", "python3", "-c", Ticker);
        await RunAsync("client", "sight-one", $"until exec 3<>/dev/udp/{Outside.StrangerAddress}/9999; do sleep 0.1; done; while echo subscribe >&3; ! read -t 1 -n 4 -u 3; do :; done; touch /tmp/subscribed; sleep infinity");
        await Poll.UntilAsync("it has subscribed", s_limit, async () => (await _host.ExecAsync(Name("client"), "test -e /tmp/subscribed")).Succeeded);

        _bulwark = await BulwarkProcess.StartAsync(_host, "sight", s_never);

        var client = await WorkloadAsync(Name("client"));
        var seen = await Poll.UntilAsync("the conversation is on the map", s_limit, async () =>
            (await Bulwark.MapAsync()).Conversations.FirstOrDefault(each => each.Client == client || each.Server == client));
        Assert.Equal((client, "9999/udp"), (seen.Client, seen.Port));
        Assert.DoesNotContain((await Bulwark.MapAsync()).Conversations, each => each.Server == client);
        ticker.Kill();
    }

    private static string Name(string container) => "sight-" + container;

    private async Task RunAsync(string container, string network, string script) =>
        _ = (await _host.DockerAsync("run", "-d", "--init", "--name", Name(container), "--network", network, Host.Image, "bash", "-c", script + " # " + container)).Text;

    private Task ReachAsync(string client, string server, int port) => Poll.UntilAsync(
        $"{client} reaches {server}", s_limit, async () => (await _host.ExecAsync(Name(client), Probe.Tcp(Name(server), port))).Succeeded);

    private async Task<ConversationReport> OnMapAsync(string client, string server, string port)
    {
        var (from, to) = (await WorkloadAsync(client), await WorkloadAsync(server));
        return await Poll.UntilAsync($"{client} -> {server} {port} is on the map", s_limit, async () =>
            (await Bulwark.MapAsync()).Conversations.SingleOrDefault(each => each.Client == from && each.Server == to && each.Port == port && each.Connections > 0));
    }

    // Containers of no project are named by image and command.
    private Task<string> WorkloadAsync(string container) => Poll.UntilAsync($"{container} is known", s_limit, async () =>
        (await Bulwark.StatusAsync()).Workloads.SingleOrDefault(each => each.Containers.Any(c => c.Name == container))?.Name);

    private static string Echo(string type, int port) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        exec python3 -c '
        import socket
        s = socket.socket(socket.AF_INET, {type})
        s.bind(("", {port}))
        s.listen()
        c, _ = s.accept()
        while True:
            c.sendall(c.recv(100))
        '
        """);

    private static string Talk(string server, int port) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        exec python3 -uc '
        import socket, time
        while True:
            try:
                s = socket.create_connection(("{server}", {port}), 1)
                break
            except OSError:
                time.sleep(0.1)
        print("talking")
        while True:
            s.sendall(b"hello")
            s.recv(100)
            time.sleep(0.1)
        '
        """);

    private async Task RemoveAsync()
    {
        var containers = (await _host.DockerAsync("ps", "-aq", "--filter", "name=^/?sight-")).Text;
        if (containers.Length > 0)
            _ = (await _host.DockerAsync(["rm", "-f", .. containers.Split('\n')])).Text;
        foreach (var network in (string[])["sight-one", "sight-two"])
            await _host.DockerAsync("network", "rm", network);
    }
}
