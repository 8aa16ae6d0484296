using System.Collections.Immutable;
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

    // Nothing moves by itself here.
    private static readonly Learning s_never = Learning.Quick with { MinimumTime = TimeSpan.FromHours(1) };
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly Host _host = stage.Host;
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;
    private BulwarkProcess? _bulwark;

    private BulwarkProcess Bulwark => _bulwark!;

    private string Url => $"http://{_host.Address}:{Port}/";

    public async ValueTask InitializeAsync()
    {
        await RemoveAsync(_host);
        _bulwark = await BulwarkProcess.StartAsync(_host, "ports", s_never);
        await StartAsync(_host);
    }

    public async ValueTask DisposeAsync()
    {
        await RemoveAsync(_host);
        if (_bulwark is not null)
            await _bulwark.DisposeAsync();
    }

    [Fact]
    public async Task Whoever_comes_through_a_published_port_is_shown_as_who_it_is()
    {
        await ReachedAsync(_host.Machine.BashAsync($"curl -sSf --max-time 3 http://127.0.0.1:{Port}/"));
        await OnMapAsync("host", Tcp);
        await ReachedAsync(_host.ExecAsync(Name("client"), Probe.Http(Url)));
        await OnMapAsync("ports/client", Tcp);
        await ReachedAsync(_host.ExecAsync(Name("other"), Probe.Http(Url))); // of another network
        await OnMapAsync("ports/other", Tcp);
        await ReachedAsync(_host.ExecAsync(Name("server"), Probe.Http(Url))); // itself
        await OnMapAsync(Server, Tcp);
        foreach (var each in (string[])["client", "other"])
        {
            // The proxy answers from this address of the host, whichever was asked.
            var gateway = (await _host.ExecAsync(Name(each), "ip route show default | cut -d ' ' -f 3")).Text;
            await ReachedAsync(_host.ExecAsync(Name(each), Probe.Udp(gateway, Port)));
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
        await ReachedAsync(_host.ExecAsync(Name("client"), Probe.Http(Url)));
        await OnMapAsync("ports/client", Tcp);
        _ = (await Bulwark.RunAsync("mode", Server, "protect")).Text;

        const string hammer = "served=0; for i in $(seq 150); do curl -sf -o /dev/null --max-time 1 $0 && served=$((served + 1)); done; echo $served";
        var others = _host.DockerAsync("exec", Name("other"), "timeout", "20", "bash", "-c", hammer.Replace("--max-time 1", "--max-time 0.1", StringComparison.Ordinal), Url);
        await ReachedAsync(_host.ExecAsync(Name("client"), Probe.Http(Url)));
        Assert.Equal("0", (await others).Text);
        Assert.False((await _host.Machine.BashAsync($"curl -sSf --max-time 1 http://127.0.0.1:{Port}/")).Succeeded, "the host");

        await Bulwark.WaitForBlockedAsync(_started, Server, "in", "host", Tcp);
        var item = await Bulwark.WaitForBlockedAsync(_started, Server, "in", "ports/other", Tcp);
        Assert.Equal(await AddressAsync("other"), item.Address);
        _ = (await Bulwark.RunHintAsync(item.Hint)).Text;

        // Both may: neither is refused because the other comes at the same time.
        var both = await Task.WhenAll(((string[])["client", "other"]).Select(each => _host.DockerAsync("exec", Name(each), "bash", "-c", hammer, Url)));
        Assert.All(both, each => Assert.Equal("150", each.Text));
    }

    [Fact]
    public async Task A_container_on_the_hosts_network_that_passes_itself_off_as_the_proxy_is_not_believed()
    {
        await ReachedAsync(_host.ExecAsync(Name("client"), Probe.Http(Url)));
        await OnMapAsync("ports/client", Tcp);
        _ = (await Bulwark.RunAsync("mode", Server, "protect")).Text;
        // The very program, by the same path.
        await RunAsync(
            _host, "fake", ["--network", "host", "-v", "/usr/sbin/docker-proxy:/usr/sbin/docker-proxy:ro"],
            $"exec /usr/sbin/docker-proxy -proto tcp -host-ip 0.0.0.0 -host-port 8300 -container-ip {await AddressAsync("server")} -container-port 8000 3>/dev/null");
        await Poll.UntilAsync("it listens", s_limit, async () => (await _host.Machine.BashAsync("exec 3<>/dev/tcp/127.0.0.1/8300")).Succeeded);

        Assert.False((await _host.ExecAsync(Name("client"), Probe.Http($"http://{_host.Address}:8300/"))).Succeeded);

        await Bulwark.WaitForBlockedAsync(_started, Server, "in", "host", Tcp);
        await ReachedAsync(_host.ExecAsync(Name("client"), Probe.Http(Url)));
    }

    [Fact]
    public async Task Without_the_proxy_a_neighbour_is_shown_as_who_it_is_and_itself_as_the_host()
    {
        var host = await Host.StartAsync(_host.Sandbox, stage.Outside, 12, dockerOptions: ["--userland-proxy=false"]);
        await Bulwark.DisposeAsync();
        _bulwark = await BulwarkProcess.StartAsync(host, "ports-direct", s_never);
        await StartAsync(host);
        var url = $"http://{host.Address}:{Port}/";

        await ReachedAsync(host.ExecAsync(Name("client"), Probe.Http(url)));
        await OnMapAsync("ports/client", Tcp);
        // Here address translation hides it behind the host.
        await ReachedAsync(host.ExecAsync(Name("server"), Probe.Http(url)));
        await OnMapAsync("host", Tcp);
        await ReachedAsync(stage.Outside.CurlAsync(url));
        await OnMapAsync("world", Tcp);
        await RemoveAsync(host);
    }

    private static string Name(string service) => $"ports-{service}-1";

    private static async Task ReachedAsync(Task<CommandResult> tried) => _ = (await tried).Text;

    private async Task<string> AddressAsync(string service) => (await _host.DockerAsync(
        "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", Name(service))).Text;

    // With how many connections.
    private async Task<ImmutableDictionary<string, long>> ClientsAsync(string port) => (await Bulwark.MapAsync()).Conversations
        .Where(each => each.Server == Server && each.Port == port).ToImmutableDictionary(each => each.Client, each => each.Connections);

    private Task OnMapAsync(string client, string port) => Poll.UntilAsync(
        $"{client} -> {Server} {port} is on the map", s_limit, async () => (await ClientsAsync(port)).ContainsKey(client));

    private static async Task StartAsync(Host host)
    {
        _ = (await host.DockerAsync("network", "create", "ports_one")).Text;
        _ = (await host.DockerAsync("network", "create", "ports_two")).Text;
        await RunAsync(host, "server", ["--network", "ports_one", "-p", $"{Port}:8000", "-p", $"{Port}:8001/udp"], $"python3 -m http.server 8000 & {Probe.UdpEchoServer(8001)}");
        await RunAsync(host, "client", ["--network", "ports_one"], "sleep infinity");
        await RunAsync(host, "other", ["--network", "ports_two"], "sleep infinity");
        await Poll.UntilAsync("the server is there", s_limit, async () => (await host.ExecAsync(Name("server"), Probe.Http("http://127.0.0.1:8000/"))).Succeeded);
    }

    private static async Task RunAsync(Host host, string service, IReadOnlyList<string> options, string script) => _ = (await host.DockerAsync([
        "run", "-d", "--init", "--name", Name(service), "--label", "com.docker.compose.project=ports", "--label",
        "com.docker.compose.service=" + service, .. options, Host.Image, "bash", "-c", script])).Text;

    private static async Task RemoveAsync(Host host)
    {
        var containers = (await host.DockerAsync("ps", "-aq", "--filter", "label=com.docker.compose.project=ports")).Text;
        if (containers.Length > 0)
            _ = (await host.DockerAsync(["rm", "-f", .. containers.Split('\n')])).Text;
        await host.DockerAsync("network", "rm", "ports_one", "ports_two");
    }
}
