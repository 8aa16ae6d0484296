using Bulwark.EndToEnd.Harness;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>Containers without a veth on the host: macvlan, overlay, and the host's own network.</summary>
public sealed class NetworkTests(Stage stage) : IAsyncLifetime
{
    private const string Network = "nets_macvlan";
    private const string Overlay = "nets_overlay";
    private const string Service = "nets-web";
    private const string Serve = "exec python3 -m http.server";

    // Nothing moves by itself here.
    private static readonly Learning s_never = Learning.Quick with { MinimumTime = TimeSpan.FromHours(1) };
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly Host _host = stage.Host;
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;
    private BulwarkProcess? _bulwark;

    private BulwarkProcess Bulwark => _bulwark!;

    public async ValueTask InitializeAsync()
    {
        await RemoveAsync();
        _bulwark = await BulwarkProcess.StartAsync(_host, "networks", s_never);
    }

    public async ValueTask DisposeAsync()
    {
        await RemoveAsync();
        if (_bulwark is not null)
            await _bulwark.DisposeAsync();
    }

    [Theory]
    [InlineData("macvlan")]
    [InlineData("ipvlan")]
    public async Task On_a_network_without_host_ends_the_profile_holds_and_refusals_are_answered(string driver)
    {
        _ = (await _host.Machine.BashAsync("ip link add nets0 type veth peer name nets1; ip link set nets0 up; ip link set nets1 up")).Text;
        _ = (await _host.DockerAsync("network", "create", "-d", driver, "--subnet", "10.78.0.0/24", "-o", "parent=nets1", Network)).Text;
        if ((await _host.Machine.RunAsync(BulwarkProcess.Executable, "doctor")).ToString().Contains("the kernel has no " + driver, StringComparison.Ordinal))
        {
            // Then there is nothing to watch.
            Assert.False((await _host.DockerAsync("run", "--rm", "--network", Network, Host.Image, "true")).Succeeded, "it starts");
            return;
        }
        await RunAsync("server", ["--network", Network, "--ip", "10.78.0.12"], $"{Serve} 8000 & {Serve} 8001");
        await RunAsync("client", ["--network", Network, "--ip", "10.78.0.11"], "sleep infinity");
        await LearnAsync("nets/client", "nets/server", "8000/tcp", Probe.Tcp("10.78.0.12", 8000));

        _ = (await Bulwark.RunAsync("mode", "--all", "protect")).Text;

        Assert.True((await ExecAsync("client", Probe.Tcp("10.78.0.12", 8000))).Succeeded);
        Assert.Contains("refused", (await ExecAsync("client", "nc -v -z -w 9 10.78.0.12 8001")).ToString(), StringComparison.Ordinal);
        Assert.False((await ExecAsync("client", Probe.Ping("10.78.0.12"))).Succeeded);
        await Bulwark.WaitForBlockedAsync(_started, "nets/client", "out", "nets/server", "8001/tcp");
        await Bulwark.WaitForBlockedAsync(_started, "nets/client", "out", "nets/server", "8/icmp");
        Assert.Empty((await Bulwark.StatusAsync()).Agent.Warnings);
    }

    [Fact]
    public async Task On_an_overlay_of_a_swarm_the_profile_holds_and_refusals_are_answered()
    {
        _ = (await _host.DockerAsync("swarm", "init", "--advertise-addr", _host.Address)).Text;
        _ = (await _host.DockerAsync("network", "create", "-d", "overlay", "--attachable", "--subnet", "10.79.0.0/24", Overlay)).Text;
        await RunAsync("server", ["--network", Overlay], $"{Serve} 8000 & {Serve} 8001");
        await RunAsync("client", ["--network", Overlay], "sleep infinity");
        await LearnAsync("nets/client", "nets/server", "8000/tcp", Probe.Tcp(Name("server"), 8000));

        _ = (await Bulwark.RunAsync("mode", "--all", "protect")).Text;

        Assert.True((await ExecAsync("client", Probe.Tcp(Name("server"), 8000))).Succeeded);
        Assert.Contains("refused", (await ExecAsync("client", $"nc -v -z -w 9 {Name("server")} 8001")).ToString(), StringComparison.Ordinal);
        Assert.False((await ExecAsync("server", Probe.Ping(Name("client")))).Succeeded);
        await Bulwark.WaitForBlockedAsync(_started, "nets/client", "out", "nets/server", "8001/tcp");
        Assert.Empty((await Bulwark.StatusAsync()).Agent.Warnings);
    }

    [Fact]
    public async Task A_swarms_service_is_its_workload_by_its_virtual_address_too()
    {
        _ = (await _host.DockerAsync("swarm", "init", "--advertise-addr", _host.Address)).Text;
        _ = (await _host.DockerAsync("network", "create", "-d", "overlay", "--attachable", "--subnet", "10.79.0.0/24", Overlay)).Text;
        _ = (await _host.DockerAsync("service", "create", "-d", "--no-resolve-image", "--name", Service, "--network", Overlay, Host.Image,
            "bash", "-c", $"{Serve} 8000 & {Serve} 8001 & {Serve} 8002")).Text;
        await BalanceAsync(); // Docker lets no other in while it looks for the service's image
        await RunAsync("client", ["--network", Overlay], "sleep infinity");
        await RunAsync("other", ["--network", Overlay], "sleep infinity");
        await LearnAsync("nets/client", $"swarm/{Service}", "8002/tcp", Probe.Tcp(Service, 8002)); // by then its address is known
        await LearnAsync("nets/client", $"swarm/{Service}", "8000/tcp", Probe.Tcp(Service, 8000));
        // Not "host", as the balancer's address would say.
        await Poll.UntilAsync("the service knows its client", s_limit, async () =>
            (await Bulwark.RunAsync("profile", $"swarm/{Service}")).Text.Split('\n').Any(
                line => line.Contains("nets/client", StringComparison.Ordinal) && line.Contains("8000/tcp", StringComparison.Ordinal)));
        Assert.Equal(["nets/client"], (await Bulwark.MapAsync()).Conversations.Where(c => c.Port == "8000/tcp").Select(c => c.Client));

        _ = (await Bulwark.RunAsync("mode", "--all", "protect")).Text;

        Assert.True((await ExecAsync("client", Probe.Tcp(Service, 8000))).Succeeded);
        Assert.Contains("refused", (await ExecAsync("client", $"nc -v -z -w 9 {Service} 8001")).ToString(), StringComparison.Ordinal);
        Assert.False((await ExecAsync("other", Probe.Tcp(Service, 8000))).Succeeded, "whoever reached the balancer would reach the service");
        await Bulwark.WaitForBlockedAsync(_started, "nets/client", "out", $"swarm/{Service}", "8001/tcp");
        await Bulwark.WaitForBlockedAsync(_started, "nets/other", "out", $"swarm/{Service}", "8000/tcp");
        Assert.Empty((await Bulwark.StatusAsync()).Agent.Warnings);
    }

    [Fact]
    public async Task On_the_host_network_each_container_has_a_profile_of_its_own()
    {
        await RunAsync("server", ["--network", "host"], $"{Serve} 8100 & {Serve} 8101");
        await RunAsync("client", ["--network", "host"], "sleep infinity");
        await RunAsync("other", ["--network", "host"], "sleep infinity");
        await LearnAsync("nets/client", "host", "8100/tcp", Probe.Tcp("127.0.0.1", 8100));
        await LearnAsync("host", "nets/server", "8100/tcp", Probe.Tcp("127.0.0.1", 8100));

        _ = (await Bulwark.RunAsync("mode", "--all", "protect")).Text;

        Assert.True((await ExecAsync("client", Probe.Tcp("127.0.0.1", 8100))).Succeeded, "what was learnt");
        Assert.Contains("not permitted", (await ExecAsync("client", "nc -v -z -w 9 127.0.0.1 8101")).ToString(), StringComparison.Ordinal);
        Assert.False((await ExecAsync("other", Probe.Tcp("127.0.0.1", 8100))).Succeeded, "another container of the same host");
        Assert.False((await ExecAsync("other", Probe.Udp(Outside.StrangerAddress, 4444))).Succeeded);
        Assert.True((await _host.Machine.BashAsync("exec 3<>/dev/tcp/127.0.0.1/8100")).Succeeded, "the host itself");
        var item = await Bulwark.WaitForBlockedAsync(_started, "nets/other", "out", "host", "8100/tcp");
        Assert.EndsWith("/nc.openbsd", item.Executable, StringComparison.Ordinal);
        Assert.Empty((await Bulwark.StatusAsync()).Agent.Warnings);
    }

    [Fact]
    public async Task Down_takes_the_programs_out_of_namespaces_and_control_groups()
    {
        _ = (await _host.Machine.BashAsync("ip link add nets0 type veth peer name nets1; ip link set nets0 up; ip link set nets1 up")).Text;
        _ = (await _host.DockerAsync("network", "create", "-d", "macvlan", "--subnet", "10.78.0.0/24", "-o", "parent=nets1", Network)).Text;
        await RunAsync("inside", ["--network", Network, "--ip", "10.78.0.11"], "sleep infinity");
        await RunAsync("client", ["--network", "host"], "sleep infinity");
        await Poll.UntilAsync("both are watched", s_limit, async () => (await Bulwark.StatusAsync()).Agent.Interfaces == 2);
        _ = (await Bulwark.RunAsync("mode", "--all", "protect")).Text;
        Assert.False((await ExecAsync("client", Probe.Tcp(Outside.ApiAddress, 80))).Succeeded);

        await Bulwark.DownAsync();

        Assert.True((await ExecAsync("client", Probe.Tcp(Outside.ApiAddress, 80))).Succeeded);
        var process = (await _host.DockerAsync("inspect", "-f", "{{.State.Pid}}", Name("inside"))).Text;
        Assert.DoesNotContain("clsact", (await _host.Machine.BashAsync("nsenter -t $1 -n tc qdisc show dev eth0", process)).Text, StringComparison.Ordinal);
    }

    // In place of IPVS, where the kernel has none: as Docker sets it up, for the one task there is (libnetwork, service_linux.go).
    private async Task BalanceAsync()
    {
        var address = "";
        // Docker looks for the image elsewhere first, and gives up.
        await Poll.UntilAsync("the service's task runs", 4 * s_limit, async () =>
        {
            var task = (await _host.DockerAsync("ps", "-q", "--filter", $"label=com.docker.swarm.service.name={Service}")).Text;
            return task.Length > 0 && (address = (await _host.DockerAsync(
                "inspect", "-f", $"{{{{with index .NetworkSettings.Networks \"{Overlay}\"}}}}{{{{.IPAddress}}}}{{{{end}}}}", task)).Text).Length > 0;
        });
        var shared = (await _host.DockerAsync("service", "inspect", "-f", "{{range .Endpoint.VirtualIPs}}{{.Addr}}{{end}}", Service)).Text.Split('/')[0];
        // Docker names the balancer's namespace by its network; those of networks that are gone may stay a while.
        var network = (await _host.DockerAsync("network", "inspect", "-f", "{{.Id}}", Overlay)).Text;
        _ = (await _host.Machine.BashAsync(
            """
            exec nsenter --net="/run/docker/netns/lb_${3:0:9}" bash -ec '
                echo 1 > /proc/sys/net/ipv4/ip_forward # as in the first namespace of a machine with Docker, of which new ones have it
                ! ip -o address show dev eth0 | grep -qF " $1/32 " || exit 0 # IPVS does the rest
                ip address add "$1/32" dev eth0
                iptables -t nat -A PREROUTING -d "$1" -j DNAT --to-destination "$2"
                iptables -t nat -A POSTROUTING -d "$2" -j MASQUERADE' - "$1" "$2"
            """, shared, address, network)).Text;
    }

    private static string Name(string service) => $"nets-{service}-1";

    private Task<CommandResult> ExecAsync(string service, string script) => _host.ExecAsync(Name(service), script);

    private async Task RunAsync(string service, IReadOnlyList<string> options, string script) => _ = (await _host.DockerAsync([
        "run", "-d", "--init", "--name", Name(service), "--label", "com.docker.compose.project=nets", "--label",
        "com.docker.compose.service=" + service, .. options, Host.Image, "bash", "-c", script])).Text;

    private Task LearnAsync(string client, string server, string port, string probe) => Poll.UntilAsync(
        $"{client} -> {server} {port} is learnt", s_limit, async () =>
        {
            await ExecAsync("client", probe);
            return (await Bulwark.MapAsync()).Conversations.Any(c => c.Client == client && c.Server == server && c.Port == port);
        });

    private async Task RemoveAsync()
    {
        var containers = (await _host.DockerAsync("ps", "-aq", "--filter", "label=com.docker.compose.project=nets")).Text;
        if (containers.Length > 0)
            _ = (await _host.DockerAsync(["rm", "-f", .. containers.Split('\n')])).Text;
        await _host.DockerAsync("network", "rm", Network);
        await _host.DockerAsync("network", "rm", Overlay);
        await _host.DockerAsync("swarm", "leave", "--force");
        await _host.Machine.RunAsync("ip", "link", "del", "nets0");
    }
}
