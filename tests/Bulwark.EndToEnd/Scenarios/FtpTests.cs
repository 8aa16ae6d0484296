using System.Globalization;
using Bulwark.EndToEnd.Harness;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>FTP's passive mode uses another port for each file: they are part of one conversation, and allowed as the server announces them.</summary>
public sealed class FtpTests(Stage stage) : IAsyncLifetime
{
    private const string Network = "files_default";
    private const int Files = 8;
    private const int OtherPort = 45_000; // of the server, never announced

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
        _bulwark = await BulwarkProcess.StartAsync(_host, "files", s_never);
        _ = (await _host.DockerAsync("network", "create", "--ipv6", "--subnet", "fd00:21::/64", Network)).Text;
    }

    public async ValueTask DisposeAsync()
    {
        await RemoveAsync();
        if (_bulwark is not null)
            await _bulwark.DisposeAsync();
    }

    [Fact]
    public async Task Data_ports_are_part_of_the_conversation_and_in_protect_only_those_that_the_server_announces_are_open()
    {
        await RunAsync("server", string.Create(CultureInfo.InvariantCulture, $"python3 -m http.server {OtherPort} & exec python3 -m pyftpdlib -i :: -p 21 -d /etc -r 50000-59999"));
        await RunAsync("client", "sleep infinity");
        foreach (var way in (string[])["-4 --disable-epsv", "-4", "-6"])
            await Poll.UntilAsync("the server is there", s_limit, async () => (await FetchAsync(way)).Succeeded);
        for (var i = 0; i < Files; i++)
            _ = (await FetchAsync("-4")).Text;

        await Poll.UntilAsync("all files are on the map", s_limit, async () =>
            (await Bulwark.MapAsync()).Conversations.Any(each => each.Server == "files/server" && each.DataConnections >= Files));
        var conversation = Assert.Single((await Bulwark.MapAsync()).Conversations, each => each.Server == "files/server");
        Assert.Equal(("files/client", "21/tcp", "ftp"), (conversation.Client, conversation.Port, conversation.Protocol));
        Assert.Matches("^5[0-9]{4}-5[0-9]{4}/tcp$", conversation.DataPorts);

        _ = (await Bulwark.RunAsync("mode", "--all", "protect")).Text;
        foreach (var way in (string[])["-4 --disable-epsv", "-4", "-6"])
            _ = (await FetchAsync(way)).Text;
        Assert.False((await _host.ExecAsync(Name("client"), Probe.Tcp("server", OtherPort))).Succeeded, "a port that was not announced");
        Assert.False((await _host.ExecAsync(Name("client"), Probe.Tcp("server", 50_000))).Succeeded);

        var item = await Bulwark.WaitForBlockedAsync(_started, "files/client", "out", "files/server", $"{OtherPort}/tcp");
        Assert.Contains("did not announce", string.Join(' ', (await Bulwark.ExplainAsync(item.Id)).Paragraphs), StringComparison.Ordinal);
    }

    private static string Name(string service) => $"files-{service}-1";

    private Task<CommandResult> FetchAsync(string options) =>
        _host.ExecAsync(Name("client"), $"curl -sSf --max-time 5 -o /dev/null {options} ftp://server/hostname");

    private async Task RunAsync(string service, string script) => _ = (await _host.DockerAsync(
        "run", "-d", "--init", "--name", Name(service), "--network", Network, "--network-alias", service, "--label",
        "com.docker.compose.project=files", "--label", "com.docker.compose.service=" + service, Host.Image, "bash", "-c", script)).Text;

    private async Task RemoveAsync()
    {
        var containers = (await _host.DockerAsync("ps", "-aq", "--filter", "label=com.docker.compose.project=files")).Text;
        if (containers.Length > 0)
            _ = (await _host.DockerAsync(["rm", "-f", .. containers.Split('\n')])).Text;
        await _host.DockerAsync("network", "rm", Network);
    }
}
