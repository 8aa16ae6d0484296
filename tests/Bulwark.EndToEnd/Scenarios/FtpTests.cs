using System.Globalization;
using Bulwark.EndToEnd.Harness;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>FTP's passive mode uses another port for each file: they are part of one conversation, and allowed as the server announces them.</summary>
public sealed class FtpTests(Stage stage) : IAsyncLifetime
{
    private const int Files = 8;
    private const int OtherPort = 45_000; // of the server, never announced

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly Project _files = new(stage.Host, "files");
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;
    private BulwarkProcess? _bulwark;

    private BulwarkProcess Bulwark => _bulwark!;

    public async ValueTask InitializeAsync()
    {
        await _files.RemoveAsync();
        _bulwark = await BulwarkProcess.StartAsync(stage.Host, "files", Learning.Never);
    }

    public async ValueTask DisposeAsync()
    {
        await _files.RemoveAsync();
        if (_bulwark is not null)
            await _bulwark.DisposeAsync();
    }

    [Fact]
    public async Task Data_ports_are_part_of_the_conversation_and_in_protect_only_those_that_the_server_announces_are_open()
    {
        var network = await _files.AddNetworkAsync("default", "--ipv6", "--subnet", "fd00:21::/64");
        await _files.RunAsync("server", network, string.Create(
            CultureInfo.InvariantCulture, $"python3 -m http.server {OtherPort} & exec python3 -m pyftpdlib -i :: -p 21 -d /etc -r 50000-59999"));
        await _files.RunAsync("client", network, "sleep infinity");
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
        Assert.False((await _files.ExecAsync("client", Probe.Tcp("server", OtherPort))).Succeeded, "a port that was not announced");
        Assert.False((await _files.ExecAsync("client", Probe.Tcp("server", 50_000))).Succeeded);

        var item = await Bulwark.WaitForBlockedAsync(_started, "files/client", "out", "files/server", $"{OtherPort}/tcp");
        Assert.Contains("did not announce", string.Join(' ', (await Bulwark.ExplainAsync(item.Id)).Paragraphs), StringComparison.Ordinal);
    }

    private Task<CommandResult> FetchAsync(string options) =>
        _files.ExecAsync("client", $"curl -sSf --max-time 5 -o /dev/null {options} ftp://server/hostname");
}
