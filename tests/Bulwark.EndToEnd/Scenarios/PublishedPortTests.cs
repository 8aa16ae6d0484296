using Bulwark.EndToEnd.Harness;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>Who comes through a port that Docker publishes is shown as who it is.</summary>
public sealed class PublishedPortTests(Stage stage, ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly Learning s_never = Learning.Quick with { MinimumTime = TimeSpan.FromHours(1) };
    private readonly Host _host = stage.Host;
    private BulwarkProcess? _bulwark;

    private BulwarkProcess Bulwark => _bulwark!;

    public async ValueTask InitializeAsync()
    {
        await RemoveAsync();
        _bulwark = await BulwarkProcess.StartAsync(_host, "ports", s_never);
        _ = (await _host.DockerAsync("network", "create", "ports_one")).Text;
        _ = (await _host.DockerAsync("network", "create", "ports_two")).Text;
        await RunAsync("server", ["--network", "ports_one", "-p", "8200:8000"], "exec python3 -m http.server 8000");
        await RunAsync("client", ["--network", "ports_one"], "sleep infinity");
        await RunAsync("other", ["--network", "ports_two"], "sleep infinity");
    }

    public async ValueTask DisposeAsync()
    {
        await RemoveAsync();
        if (_bulwark is not null)
            await _bulwark.DisposeAsync();
    }

    [Fact]
    public async Task Explore()
    {
        await Task.Delay(1000);
        await Show("nothing", Task.FromResult(new CommandResult("", 0, "", "")));
        await Show("host 127", _host.Machine.BashAsync("curl -sS -m 3 -o /dev/null http://127.0.0.1:8200/"));
        await Show("host addr", _host.Machine.BashAsync($"curl -sS -m 3 -o /dev/null http://{_host.Address}:8200/"));
        await Show("host ::1", _host.Machine.BashAsync("curl -sS -m 3 -o /dev/null http://[::1]:8200/"));
        await Show("client -> host", _host.ExecAsync("ports-client-1", $"curl -sS -m 3 -o /dev/null http://{_host.Address}:8200/"));
        await Show("other -> host", _host.ExecAsync("ports-other-1", $"curl -sS -m 3 -o /dev/null http://{_host.Address}:8200/"));
        await Show("self -> host", _host.ExecAsync("ports-server-1", $"curl -sS -m 3 -o /dev/null http://{_host.Address}:8200/"));
        await Show("outside v4", _host.Outside.CurlAsync($"http://{_host.Address}:8200/"));
        await Show("outside v6", _host.Outside.CurlAsync($"http://[{_host.Address6}]:8200/"));
        output.WriteLine((await _host.DockerAsync("logs", "ports-server-1")).ToString());
        output.WriteLine((await _host.Machine.BashAsync("ps axfww | grep -i prox; iptables-save; ip6tables-save; cat /proc/$(pgrep -n docker-proxy)/status | head")).ToString());
    }

    private async Task Show(string what, Task<CommandResult> run)
    {
        var result = await run;
        await Task.Delay(700);
        output.WriteLine($"== {what}: {result.ExitCode} {result.Error}");
        foreach (ConversationReport c in (await Bulwark.MapAsync()).Conversations)
            output.WriteLine($"   {c.Client} -> {c.Server} {c.Port} {c.Connections} {string.Join(',', c.ClientExecutables)}");
    }

    private async Task RunAsync(string service, IReadOnlyList<string> options, string script) => _ = (await _host.DockerAsync([
        "run", "-d", "--init", "--name", $"ports-{service}-1", "--label", "com.docker.compose.project=ports", "--label",
        "com.docker.compose.service=" + service, .. options, Host.Image, "bash", "-c", script])).Text;

    private async Task RemoveAsync()
    {
        var containers = (await _host.DockerAsync("ps", "-aq", "--filter", "label=com.docker.compose.project=ports")).Text;
        if (containers.Length > 0)
            _ = (await _host.DockerAsync(["rm", "-f", .. containers.Split('\n')])).Text;
        await _host.DockerAsync("network", "rm", "ports_one", "ports_two");
    }
}
