using System.Collections.Immutable;
using System.Globalization;
using Bulwark.EndToEnd.Harness;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>
/// Ports that Docker publishes, by address translation and by a process of its own (docker-proxy): who comes through one is shown, and judged,
/// as who it is.
/// </summary>
public sealed class PublishedPortTests(Stage stage) : IAsyncLifetime
{
    private const int Port = 8200;
    private const string Tcp = "8000/tcp";
    private const string Udp = "8001/udp";
    private const string Server = "ports/server";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly Host _host = stage.Host;
    private readonly Project _ports = new(stage.Host, "ports");
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;
    private BulwarkProcess? _bulwark;

    private BulwarkProcess Bulwark => _bulwark!;

    private string Url => $"http://{_host.Address}:{Port}/";

    public async ValueTask InitializeAsync()
    {
        await _ports.RemoveAsync();
        _bulwark = await BulwarkProcess.StartAsync(_host, "ports", Learning.Never);
        await StartAsync(_ports);
    }

    public async ValueTask DisposeAsync()
    {
        await _ports.RemoveAsync();
        if (_bulwark is not null)
            await _bulwark.DisposeAsync();
    }

    [Fact]
    public async Task Whoever_comes_through_a_published_port_is_shown_as_who_it_is()
    {
        await ReachedAsync(_host.Machine.BashAsync($"curl -sSf --max-time 3 http://127.0.0.1:{Port}/"));
        await OnMapAsync("host", Tcp);
        await ReachedAsync(_ports.ExecAsync("client", Probe.Http(Url)));
        await OnMapAsync("ports/client", Tcp);
        await ReachedAsync(_ports.ExecAsync("other", Probe.Http(Url))); // of another network
        await OnMapAsync("ports/other", Tcp);
        await ReachedAsync(_ports.ExecAsync("server", Probe.Http(Url))); // itself
        await OnMapAsync(Server, Tcp);
        foreach (var each in (string[])["client", "other"])
        {
            // The proxy answers from this address of the host, whichever was asked.
            var gateway = (await _ports.ExecAsync(each, "ip route show default | cut -d ' ' -f 3")).Text;
            await ReachedAsync(_ports.ExecAsync(each, Probe.Udp(gateway, Port)));
            await OnMapAsync("ports/" + each, Udp);
        }

        // By IPv6 there is no address translation: the container has no such address.
        await ReachedAsync(_host.Outside.CurlAsync($"http://[{_host.Address6}]:{Port}/"));
        await OnMapAsync("world", Tcp);
        await ReachedAsync(_host.Outside.CurlAsync(Url));
        Assert.Equal(1, (await ClientsAsync(Tcp))["host"]);
        Assert.Equal(["host", "ports/client", "ports/other", Server, "world"], (await ClientsAsync(Tcp)).Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["ports/client", "ports/other"], (await ClientsAsync(Udp)).Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task In_protect_the_proxy_carries_only_clients_of_the_profile_however_many_come_at_once()
    {
        await ReachedAsync(_ports.ExecAsync("client", Probe.Http(Url)));
        await OnMapAsync("ports/client", Tcp);
        _ = (await Bulwark.RunAsync("mode", Server, "protect")).Text;

        var others = _ports.ExecAsync("other", Hammer(60, 0.1));
        // Only who comes at the very same moment may fail with it.
        await Poll.UntilAsync("the client is served", s_limit, async () => (await _ports.ExecAsync("client", Probe.Http(Url))).Succeeded);
        Assert.Equal("0", (await others).Text);
        Assert.False((await _host.Machine.BashAsync($"curl -sSf --max-time 1 http://127.0.0.1:{Port}/")).Succeeded, "the host");

        await Bulwark.WaitForBlockedAsync(_started, Server, "in", "host", Tcp);
        var item = await Bulwark.WaitForBlockedAsync(_started, Server, "in", "ports/other", Tcp);
        Assert.Equal(await _ports.AddressAsync("other"), item.Address);
        _ = (await Bulwark.RunHintAsync(item.Hint)).Text;

        // Both may: neither is refused because the other comes at the same time.
        var both = await Task.WhenAll(_ports.ExecAsync("client", Hammer(150, 2)), _ports.ExecAsync("other", Hammer(150, 2)));
        Assert.All(both, each => Assert.Equal("150", each.Text));
    }

    [Fact]
    public async Task A_container_on_the_hosts_network_that_passes_itself_off_as_the_proxy_is_not_believed()
    {
        await ReachedAsync(_ports.ExecAsync("client", Probe.Http(Url)));
        await OnMapAsync("ports/client", Tcp);
        _ = (await Bulwark.RunAsync("mode", Server, "protect")).Text;
        // The very program, by the same path.
        await _ports.RunAsync(
            "fake", "host",
            $"exec /usr/sbin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8300 -container-ip {await _ports.AddressAsync("server")} -container-port 8000 3>/dev/null",
            "-v", "/usr/sbin/docker-proxy:/usr/sbin/docker-proxy:ro");
        await Poll.UntilAsync("it listens", s_limit, async () => (await _host.Machine.BashAsync("exec 3<>/dev/tcp/127.0.0.1/8300")).Succeeded);

        Assert.False((await _ports.ExecAsync("client", Probe.Http($"http://{_host.Address}:8300/"))).Succeeded);

        await Bulwark.WaitForBlockedAsync(_started, Server, "in", "host", Tcp);
        await ReachedAsync(_ports.ExecAsync("client", Probe.Http(Url)));
    }

    [Fact]
    public async Task Without_the_proxy_everybody_is_shown_and_judged_as_who_it_is_too()
    {
        var host = await Host.StartAsync(_host.Sandbox, stage.Outside, 12, dockerOptions: ["--userland-proxy=false"]);
        await host.Machine.LetIptablesSeeBridgesAsync(true); // else the server's answer to a neighbour keeps its own address
        await Bulwark.DisposeAsync();
        _bulwark = await BulwarkProcess.StartAsync(host, "ports-direct", Learning.Never);
        var ports = new Project(host, "ports");
        await StartAsync(ports);
        var url = $"http://{host.Address}:{Port}/";

        await ReachedAsync(ports.ExecAsync("client", Probe.Http(url)));
        await OnMapAsync("ports/client", Tcp);
        await ReachedAsync(stage.Outside.CurlAsync(url));
        await OnMapAsync("world", Tcp);
        // Itself comes with the host's address, with iptables that see bridges and without; and at no time passes the host for it.
        foreach (var (see, port) in ((bool, int)[])[(true, 4001), (false, 4002)])
        {
            await host.Machine.LetIptablesSeeBridgesAsync(see);
            var before = (await ClientsAsync(Tcp)).GetValueOrDefault(Server);
            await ReachedAsync(ports.ExecAsync("server", $"curl -sSf --max-time 3 --local-port {port} {url}"));
            await Poll.UntilAsync("the server is shown as its own client", s_limit, async () => (await ClientsAsync(Tcp)).GetValueOrDefault(Server) > before);
            await ReachedAsync(ports.ExecAsync("server", Probe.Udp(host.Address, Port)));
        }
        await OnMapAsync(Server, Udp);
        Assert.DoesNotContain("host", (await ClientsAsync(Tcp)).Keys);
        Assert.Equal([Server], (await ClientsAsync(Udp)).Keys);

        _ = (await Bulwark.RunAsync("mode", Server, "protect")).Text;
        await ReachedAsync(ports.ExecAsync("server", $"curl -sSf --max-time 3 --local-port 4003 {url}"));
        Assert.False((await host.Machine.BashAsync($"curl -sSf --max-time 1 --local-port 4003 {url}")).Succeeded, "the host, by the very same port");
        await Bulwark.WaitForBlockedAsync(_started, Server, "in", "host", Tcp);
        await ports.RemoveAsync();
    }

    // Says how often it was served.
    private string Hammer(int times, double limit) => string.Create(
        CultureInfo.InvariantCulture,
        $"served=0; for i in $(seq {times}); do curl -sf -o /dev/null --max-time {limit} {Url} && served=$((served + 1)); done; echo $served");

    private static async Task ReachedAsync(Task<CommandResult> tried) => _ = (await tried).Text;

    // With how many connections.
    private async Task<ImmutableDictionary<string, long>> ClientsAsync(string port) => (await Bulwark.MapAsync()).Conversations
        .Where(each => each.Server == Server && each.Port == port).ToImmutableDictionary(each => each.Client, each => each.Connections);

    private Task OnMapAsync(string client, string port) => Poll.UntilAsync(
        $"{client} -> {Server} {port} is on the map", s_limit, async () => (await ClientsAsync(port)).ContainsKey(client));

    private static async Task StartAsync(Project ports)
    {
        var (one, two) = (await ports.AddNetworkAsync("one"), await ports.AddNetworkAsync("two"));
        await ports.RunAsync(
            "server", one, $"python3 -m http.server 8000 & {Probe.UdpEchoServer(8001)}", "-p", $"{Port}:8000", "-p", $"{Port}:8001/udp");
        await ports.RunAsync("client", one, "sleep infinity");
        await ports.RunAsync("other", two, "sleep infinity");
        await Poll.UntilAsync("the server is there", s_limit, async () => (await ports.ExecAsync("server", Probe.Http("http://127.0.0.1:8000/"))).Succeeded);
    }
}
