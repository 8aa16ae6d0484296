using System.Globalization;
using Bulwark.EndToEnd.Harness;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>Containers started with the runtime <c>bulwark</c>: none talks before its policy is in force.</summary>
public sealed class StartTests(Stage stage) : IAsyncLifetime
{
    /// <summary>Of the Bulwark here: the runtimes that <see cref="Host"/> registers ask this one.</summary>
    public const string Name = "starts";

    private const string Network = "starts_default";
    private const string Macvlan = "starts_macvlan";
    private const string Sender = "starts/sender";
    private const string Neighbour = "starts-neighbour";
    private const int AllowedPort = 8080;
    // Nobody answers there: what is answered would be learnt.
    private const int RefusedPort = 4445;
    private const int AtOnce = 3;

    // Nothing moves by itself here.
    private static readonly Learning s_never = Learning.Quick with { MinimumTime = TimeSpan.FromHours(1) };
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly Host _host = stage.Host;
    private BulwarkProcess? _bulwark;

    private BulwarkProcess Bulwark => _bulwark!;

    // 25 take half a minute.
    private static int Starts =>
        int.TryParse(Environment.GetEnvironmentVariable("BULWARK_TEST_STARTS"), CultureInfo.InvariantCulture, out var starts) ? starts : 25;

    public async ValueTask InitializeAsync()
    {
        await RemoveAsync();
        _bulwark = await BulwarkProcess.StartAsync(_host, Name, s_never);
        _ = (await _host.DockerAsync("network", "create", Network)).Text;
    }

    public async ValueTask DisposeAsync()
    {
        await RemoveAsync();
        if (_bulwark is not null)
            await _bulwark.DisposeAsync();
    }

    [Fact]
    public async Task However_often_a_container_starts_its_first_packets_are_judged()
    {
        _ = (await _host.DockerAsync(["run", "-d", "--name", Neighbour, "--network", Network, Host.Image, "sleep", "infinity"])).Text;
        var neighbour = (await _host.DockerAsync("inspect", "-f", "{{.NetworkSettings.Networks." + Network + ".IPAddress}} {{.State.Pid}}", Neighbour)).Text.Split(' ');
        // The first thing that the first process does; three datagrams that must not pass stand before one that must.
        var script = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            echo a > /dev/udp/{Outside.StrangerAddress}/{RefusedPort}
            echo b > /dev/udp/{neighbour[0]}/{RefusedPort}
            echo c > /dev/udp/{Outside.ApiAddress}/{RefusedPort}
            echo d > /dev/udp/{Outside.ApiAddress}/{AllowedPort}
            """);
        await using var outside = await PacketCounter.StartAsync(_host.Outside.Machine, [AllowedPort, RefusedPort]);
        await using var beside = await PacketCounter.StartAsync(_host.Machine, [RefusedPort], int.Parse(neighbour[1], CultureInfo.InvariantCulture));
        // While it learns, everything passes and is counted.
        await SendAsync(0, script);
        Assert.Equal((2, 1, 1), (await outside.CountAsync(RefusedPort), await beside.CountAsync(RefusedPort), await outside.CountAsync(AllowedPort)));
        _ = (await Bulwark.RunAsync("allow", Sender, "--to", $"range:{Outside.ApiAddress}/32", "--port", $"{AllowedPort}/udp")).Text;
        _ = (await Bulwark.RunAsync("mode", Sender, "protect")).Text;

        await Parallel.ForEachAsync(Enumerable.Range(1, Starts), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
            await SendAsync(number, script));

        Assert.Equal(2, await outside.CountAsync(RefusedPort));
        Assert.Equal(1, await beside.CountAsync(RefusedPort));
        Assert.Equal(1 + Starts, await outside.CountAsync(AllowedPort));
    }

    [Theory]
    [InlineData("macvlan")] // the programs are inside
    [InlineData("host")] // they are on the control group
    public async Task So_they_are_where_there_is_no_veth(string kind)
    {
        var network = kind == "host" ? kind : await AddMacvlanAsync();
        var script = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            echo a > /dev/udp/{Outside.StrangerAddress}/{RefusedPort}
            echo b > /dev/udp/{Outside.ApiAddress}/{RefusedPort}
            echo c > /dev/udp/{Outside.ApiAddress}/{AllowedPort}
            """);
        await using var outside = await PacketCounter.StartAsync(_host.Outside.Machine, [AllowedPort, RefusedPort]);
        await SendAsync(0, script, network);
        Assert.Equal((2, 1), (await outside.CountAsync(RefusedPort), await outside.CountAsync(AllowedPort)));
        _ = (await Bulwark.RunAsync("allow", Sender, "--to", $"range:{Outside.ApiAddress}/32", "--port", $"{AllowedPort}/udp")).Text;
        _ = (await Bulwark.RunAsync("mode", Sender, "protect")).Text;

        await Parallel.ForEachAsync(Enumerable.Range(1, Starts), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
            await SendAsync(number, script, network));

        Assert.Equal(2, await outside.CountAsync(RefusedPort));
        Assert.Equal(1 + Starts, await outside.CountAsync(AllowedPort));
    }

    [Fact]
    public async Task Containers_of_every_network_start()
    {
        await RunAsync("joined", ["--runtime", "bulwark-closed", "--network", Network], "sleep infinity");
        foreach (var network in (string[])["bridge", "host", "none", "container:" + Container("joined")])
            await RunAsync(network.Split(':')[0], ["--runtime", "bulwark-closed", "--network", network], "sleep infinity");
        _ = (await _host.DockerAsync(
            "create", "--name", Container("both"), "--network", Network, "--runtime", "bulwark-closed", Host.Image, "sleep", "infinity")).Text;
        _ = (await _host.DockerAsync("network", "connect", "bridge", Container("both"))).Text;

        Assert.True((await _host.DockerAsync("start", Container("both"))).Succeeded);
        Assert.True((await _host.DockerAsync("restart", "-t", "0", Container("joined"))).Succeeded);
    }

    [Fact]
    public async Task While_the_agent_is_dead_a_container_starts_and_is_watched_once_the_agent_is_back()
    {
        await Bulwark.KillAsync();
        await RunAsync("server", ["--runtime", "bulwark", "--network", Network], "exec python3 -m http.server 8000");
        await RunAsync("client", ["--runtime", "bulwark", "--network", Network], "sleep infinity");

        await Bulwark.UpAsync();

        var probe = Probe.Tcp(Container("server"), 8000);
        await Poll.UntilAsync("the server answers", s_limit, async () => (await _host.ExecAsync(Container("client"), probe)).Succeeded);
        await Poll.UntilAsync("it is on the map", s_limit, async () =>
            (await Bulwark.MapAsync()).Conversations.Any(each => each.Client == "starts/client" && each.Server == "starts/server" && each.Port == "8000/tcp"));
    }

    [Fact]
    public async Task While_the_agent_is_dead_the_closed_runtime_refuses_and_says_what_to_do()
    {
        await Bulwark.KillAsync();

        var refused = await _host.DockerAsync("run", "--name", Container("refused"), "--runtime", "bulwark-closed", Host.Image, "true");

        Assert.False(refused.Succeeded);
        Assert.Contains("Bulwark keeps this container from starting", refused.Error, StringComparison.Ordinal);
        Assert.Contains("no agent listens on", refused.Error, StringComparison.Ordinal);
        Assert.Contains("bulwark status", refused.Error, StringComparison.Ordinal);
        Assert.True((await _host.DockerAsync("rm", Container("refused"))).Succeeded);

        await Bulwark.UpAsync();
        await RunAsync("accepted", ["--runtime", "bulwark-closed"], "sleep infinity");
    }

    [Fact]
    public async Task Everything_else_is_as_runc_has_it()
    {
        const string waits = "trap 'echo told' USR1; trap 'exit 7' TERM; echo ready; while :; do sleep 0.1; done";
        await RunAsync("waits", ["--runtime", "bulwark-closed"], waits);
        await LogsAsync("waits", "ready");

        Assert.Equal(3, (await _host.DockerAsync("exec", Container("waits"), "sh", "-c", "exit 3")).ExitCode);
        Assert.Contains("/dev/pts/0", (await _host.DockerAsync("exec", "-t", Container("waits"), "tty")).Output, StringComparison.Ordinal);
        _ = (await _host.DockerAsync("pause", Container("waits"))).Text;
        _ = (await _host.DockerAsync("unpause", Container("waits"))).Text;
        _ = (await _host.DockerAsync("kill", "-s", "USR1", Container("waits"))).Text;
        await LogsAsync("waits", "told");
        _ = (await _host.DockerAsync("restart", "-t", "5", Container("waits"))).Text;
        await LogsAsync("waits", "ready\ntold\nready");
        _ = (await _host.DockerAsync("stop", "-t", "5", Container("waits"))).Text;
        Assert.Equal("7", (await _host.DockerAsync("inspect", "-f", "{{.State.ExitCode}}", Container("waits"))).Text);
    }

    [Theory]
    [InlineData("grep -E 'Sig|Groups|Cap|NoNewPrivs|Seccomp' /proc/self/status; ulimit -a; ls -l /proc/self/fd | wc -l; cat /proc/self/oom_score_adj; umask; env; exit 42")]
    [InlineData("tty; echo $0", "-t")]
    [InlineData("cat; kill -9 $$", "-i")]
    public async Task A_process_finds_the_same_as_with_runc(string script, params string[] options)
    {
        Task<CommandResult> WithAsync(string runtime) =>
            _host.DockerAsync(["run", "--rm", "--hostname", "same", .. options, "--runtime", runtime, Host.Image, "bash", "-c", script]);
        var (expected, actual) = (await WithAsync("runc"), await WithAsync("bulwark-closed"));

        Assert.Equal((expected.ExitCode, expected.Output, expected.Error), (actual.ExitCode, actual.Output, actual.Error));
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_told_as_by_runc()
    {
        Assert.Equal(127, (await _host.DockerAsync("run", "--rm", "--runtime", "bulwark-closed", Host.Image, "no-such-program")).ExitCode);
        Assert.Equal(126, (await _host.DockerAsync("run", "--rm", "--runtime", "bulwark-closed", Host.Image, "/etc/passwd")).ExitCode);
    }

    private static string Container(string name) => "starts-" + name;

    // Its containers are neighbours of the services outside.
    private async Task<string> AddMacvlanAsync()
    {
        _ = (await _host.DockerAsync(
            "network", "create", "-d", "macvlan", "--subnet", "203.0.113.0/24", "--ip-range", "203.0.113.128/25", "-o", "parent=uplink", Macvlan)).Text;
        return Macvlan;
    }

    private async Task SendAsync(int number, string script, string network = Network) => _ = (await _host.DockerAsync(
        "run", "--rm", "--name", Container($"sender-{number}"), "--runtime", "bulwark-closed", "--network", network,
        "--label", "com.docker.compose.project=starts", "--label", "com.docker.compose.service=sender", Host.Image, "bash", "-c", script)).Output;

    private async Task RunAsync(string name, IReadOnlyList<string> options, string script) => _ = (await _host.DockerAsync([
        "run", "-d", "--name", Container(name), "--label", "com.docker.compose.project=starts", "--label", "com.docker.compose.service=" + name,
        .. options, Host.Image, "bash", "-c", script])).Text;

    private Task LogsAsync(string name, string expected) => Poll.UntilAsync($"{name} says {expected}", s_limit, async () =>
        (await _host.DockerAsync("logs", Container(name))).Output.Contains(expected, StringComparison.Ordinal));

    private async Task RemoveAsync()
    {
        var containers = (await _host.DockerAsync("ps", "-aq", "--filter", "name=^/?starts-")).Text;
        if (containers.Length > 0)
            _ = (await _host.DockerAsync(["rm", "-f", .. containers.Split('\n')])).Text;
        await _host.DockerAsync("network", "rm", Network, Macvlan);
    }
}
