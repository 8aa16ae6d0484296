using Bulwark.Model;
using Bulwark.Model.Observations;
using Bulwark.Server.Api;
using Bulwark.Server.Tests.Harness;

namespace Bulwark.Server.Tests.Api;

public sealed class ReadTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_map_merges_both_ends_of_a_conversation()
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, db) = (running.Container("shop", "web"), running.Container("shop", "db"));
        running.Converse(web, db, RunningServer.Postgres, "/usr/bin/php");
        var now = running.Time.GetUtcNow();
        running.Server.TryPost(new TrafficCounted(now, web.Identity, Direction.Out, db.Identity, RunningServer.Postgres, 100, 900));
        running.Server.TryPost(new TrafficCounted(now, db.Identity, Direction.In, web.Identity, RunningServer.Postgres, 950, 90));
        running.Server.TryPost(new ProtocolSeen(
            now, db.Identity, Direction.In, web.Identity, System.Net.IPAddress.Loopback, RunningServer.Postgres, "postgresql", ""));
        await running.Until(db, w => w.Profile.Entries.Values.Any(e => e.Protocol.Length > 0));
        var map = await running.Get("/v1/map");
        var conversation = Assert.Single(map.GetProperty("conversations").EnumerateArray());
        Assert.Equal(
            """
            {"client":"shop/web","server":"shop/db","port":"5432/tcp","protocol":"postgresql","clientExecutables":["/usr/bin/php"],
            "serverExecutables":["/usr/bin/server"],"serverNames":[],"connections":1,"bytesToServer":100,"bytesToClient":950,
            "firstSeen":"2026-01-31T12:00:00+00:00","lastSeen":"2026-01-31T12:00:00+00:00","verdict":"allowed","origin":"learnt","dataPorts":"",
            "dataConnections":0}
            """.ReplaceLineEndings(""), conversation.GetRawText());
        Assert.Equal(["shop/db", "shop/web"], map.GetProperty("peers").EnumerateArray().Select(p => p.GetProperty("peer").GetString()));
        var zone = Assert.Single(map.GetProperty("zones").EnumerateArray());
        Assert.Equal(2, zone.GetProperty("members").GetArrayLength());
    }

    [Fact]
    public async Task Ports_that_an_FTP_server_announces_are_shown_with_its_conversation()
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, files) = (running.Container("shop", "web"), running.Container("shop", "files"));
        var (now, address) = (running.Time.GetUtcNow(), System.Net.IPAddress.Loopback);
        var control = new ServerPort(Transport.Tcp, 21);
        running.Converse(web, files, control);
        running.Server.TryPost(new ProtocolSeen(now, web.Identity, Direction.Out, files.Identity, address, control, "ftp", ""));
        foreach (var port in (ushort[])[30_007, 30_001, 30_004])
        {
            running.Server.TryPost(
                new ConversationSeen(now, web.Identity, Direction.Out, files.Identity, address, new(Transport.Tcp, port), 1, "", "") { AnnouncedBy = 21 });
        }
        await running.Until(web, w => w.Profile.Entries.Values.Any(e => e.DataPorts is { Connections: 3 }));

        var conversation = Assert.Single((await running.Get("/v1/map")).GetProperty("conversations").EnumerateArray());
        Assert.Equal(
            ("21/tcp", "30001-30007/tcp", 3),
            (conversation.GetProperty("port").GetString(), conversation.GetProperty("dataPorts").GetString(), conversation.GetProperty("dataConnections").GetInt64()));
    }

    [Fact]
    public async Task A_conversation_that_one_end_refuses_is_no_allowed_one()
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, db) = (running.Container("shop", "web"), running.Container("shop", "db"));
        running.Converse(web, db, RunningServer.Postgres);
        await running.Until(db, w => w.Profile.Entries.Count == 1);
        await running.Post("/v1/forget", """{ "workload": "shop/web", "peer": "shop/db" }""");
        await running.Post("/v1/mode", """{ "workload": "shop/web", "mode": "protect" }""");
        running.Attempt(web, db.Identity, "172.18.0.3", RunningServer.Postgres, Verdict.Blocked);
        await running.Until(web, w => w.Blocked > 0);
        var conversation = Assert.Single((await running.Get("/v1/map")).GetProperty("conversations").EnumerateArray());
        Assert.Equal(("blocked", "refused"), (conversation.GetProperty("verdict").GetString(), conversation.GetProperty("origin").GetString()));
    }

    [Theory]
    [InlineData("shop%2Fweb")]
    [InlineData("shop/web")]
    [InlineData("web")]
    [InlineData("shop-web-1")]
    [InlineData("shopweb0123")]
    public async Task A_profile_is_found_by_what_a_person_would_type(string text)
    {
        await using var running = await RunningServer.Start(_directory);
        await running.Until(running.Container("shop", "web"), w => w.Containers.Count == 1);
        await running.Until(running.Container("shop", "db"), w => w.Containers.Count == 1);
        var profile = await running.Get("/v1/profiles/" + text);
        Assert.Equal("shop/web", profile.GetProperty("workload").GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_workload_that_is_meant_by_several_or_none_is_a_problem_with_a_hint()
    {
        await using var running = await RunningServer.Start(_directory);
        running.Container("shop", "web");
        await running.Until(running.Container("billing", "web"), _ => true);
        var many = await running.Problem(409, "/v1/profiles/web");
        Assert.Contains("billing/web, shop/web", many.GetProperty("detail").GetString(), StringComparison.Ordinal);
        var none = await running.Problem(404, "/v1/profiles/shop%2Fwbe");
        Assert.Equal("Did you mean shop/web?", none.GetProperty("hint").GetString());
        await running.Problem(404, "/v1/nonsense");
        await running.Problem(400, "/v1/events?since=yesterday");
        await running.Problem(400, "/v1/events?verdict=bad");
        await running.Problem(400, "/v1/export?format=docx");
    }

    [Fact]
    public async Task The_status_shows_agent_and_workloads()
    {
        await using var running = await RunningServer.Start(_directory);
        await running.Until(running.Container("shop", "web"), w => w.Containers.Count == 1);
        var status = await running.Get("/v1/status");
        Assert.Equal("fake", status.GetProperty("agent").GetProperty("version").GetString());
        var web = Assert.Single(status.GetProperty("workloads").EnumerateArray());
        Assert.Equal(("learn", "compose", "172.18.0.2"), (web.GetProperty("mode").GetString(), web.GetProperty("kind").GetString(),
            web.GetProperty("containers")[0].GetProperty("addresses")[0].GetString()));
    }

    [Fact]
    public async Task A_container_that_is_gone_is_not_shown()
    {
        await using var running = await RunningServer.Start(_directory);
        var web = running.Container("shop", "web", "abc");
        await running.Until(web, w => w.Containers.Count == 1);
        running.Server.TryPost(new ContainerGone(running.Time.GetUtcNow(), "abc"));
        await running.Until(web, w => w.Containers.IsEmpty);
    }

    [Fact]
    public async Task Policies_are_exported_as_yaml()
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, db) = (running.Container("shop", "web"), running.Container("shop", "db"));
        running.Converse(web, db, RunningServer.Postgres);
        await running.Until(db, w => w.Profile.Entries.Count == 1);
        using var response = await running.Http.GetAsync(new Uri("/v1/export?format=networkpolicy", UriKind.Relative));
        Assert.Equal("text/yaml; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Contains("NetworkPolicy", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_are_followed_from_the_past_into_the_future_each_once()
    {
        await using var running = await RunningServer.Start(_directory);
        await running.Until(running.Container("shop", "web"), _ => true);
        await running.Post("/v1/mode", """{ "all": true, "mode": "audit" }""");
        using var response = await running.Http.GetAsync(
            new Uri("/v1/events/follow?since=1h&workload=web", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.ToString());
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = await Next(reader);
        await running.Post("/v1/mode", """{ "all": true, "mode": "protect" }""");
        var second = await Next(reader);
        Assert.Contains("from learn to audit", first, StringComparison.Ordinal);
        Assert.Contains("from audit to protect", second, StringComparison.Ordinal);
        await running.Stop();
        Assert.DoesNotContain("data:", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_server_on_the_socket_is_refused()
    {
        await using var running = await RunningServer.Start(_directory);
        var e = await Assert.ThrowsAsync<AlreadyRunningException>(
            () => RunningServer.Start(_directory, change: o => o with { DataDirectory = _directory["other"] }));
        Assert.Contains("already running", e.Message, StringComparison.Ordinal);
        await running.Get("/v1/status");
    }

    [Fact]
    public async Task A_socket_that_a_dead_server_left_is_replaced_and_only_owner_and_group_may_use_the_new_one()
    {
        Directory.CreateDirectory(_directory["run"]);
        using (var dead = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0))
        {
            dead.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(_directory["dead"]));
            dead.Listen();
            // Renamed, so that closing does not remove it.
            File.Move(_directory["dead"], _directory["run/bulwark.sock"]);
        }
        await using var running = await RunningServer.Start(_directory);
        await running.Get("/v1/status");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
            File.GetUnixFileMode(_directory["run/bulwark.sock"]));
    }

    private static async Task<string> Next(StreamReader reader)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var line = await reader.ReadLineAsync(patience.Token) ?? throw new EndOfStreamException();
            if (line.StartsWith("data: ", StringComparison.Ordinal))
                return line;
        }
    }
}
