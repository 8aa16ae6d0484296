using System.Text.Json;
using Bulwark.Model;
using Bulwark.Model.Workloads;
using Bulwark.Server.Tests.Harness;

namespace Bulwark.Server.Tests.Api;

/// <summary>A conversation between two workloads is judged at both ends.</summary>
public sealed class BothEndsTests : IDisposable
{
    private const string WebToDatabase = """{ "workload": "shop/web", "to": "shop/db", "port": "5432/tcp" }""";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("audit")]
    [InlineData("protect")]
    public async Task Allowing_a_conversation_allows_it_at_the_peer_too_and_says_why(string mode)
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, db) = await Judged(running, mode);
        var changes = await running.Post("/v1/allow", WebToDatabase);
        Assert.Equal(["shop/web -> shop/db 5432/tcp", "shop/db <- shop/web 5432/tcp"], Added(changes));
        Assert.Equal("", changes[0].GetProperty("why").GetString());
        Assert.Equal($"shop/db is in {mode} too, and a conversation needs an entry at both ends.", changes[1].GetProperty("why").GetString());
        Assert.Equal([new(Direction.Out, db.Identity, Transport.Tcp, 5432)], running.Agent.Policies[web.Identity].Entries);
        Assert.Equal([new(Direction.In, web.Identity, Transport.Tcp, 5432)], running.Agent.Policies[db.Identity].Entries);
    }

    [Fact]
    public async Task Allowing_who_may_open_a_conversation_lets_that_one_open_it()
    {
        await using var running = await RunningServer.Start(_directory);
        await Judged(running, "protect");
        var changes = await running.Post("/v1/allow", """{ "workload": "shop/db", "from": "shop/web", "port": "5432/tcp" }""");
        Assert.Equal(["shop/db <- shop/web 5432/tcp", "shop/web -> shop/db 5432/tcp"], Added(changes));
    }

    [Fact]
    public async Task A_peer_that_learns_needs_no_entry()
    {
        await using var running = await RunningServer.Start(_directory);
        await Judged(running, "learn");
        Assert.Equal(["shop/web -> shop/db 5432/tcp"], Added(await running.Post("/v1/allow", WebToDatabase)));
    }

    [Fact]
    public async Task A_peer_that_allows_it_already_is_left_as_it_is()
    {
        await using var running = await RunningServer.Start(_directory);
        await Judged(running, "protect");
        await running.Post("/v1/allow", """{ "workload": "shop/db", "from": "shop/web", "port": "tcp" }""");
        Assert.Single((await running.Post("/v1/allow", WebToDatabase)).EnumerateArray());
    }

    [Fact]
    public async Task A_workload_may_talk_with_its_own_replicas_by_one_command()
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, _) = await Judged(running, "protect");
        await running.Post("/v1/allow", """{ "workload": "shop/web", "to": "shop/web", "port": "7946/tcp" }""");
        Assert.Equal(
            [new(Direction.Out, web.Identity, Transport.Tcp, 7946), new(Direction.In, web.Identity, Transport.Tcp, 7946)],
            running.Agent.Policies[web.Identity].Entries);
    }

    [Fact]
    public async Task If_the_peer_has_no_room_for_it_neither_end_allows_it()
    {
        await using var running = await RunningServer.Start(_directory, new() { Capacity = 1 });
        var (web, db) = await Judged(running, "protect");
        await running.Post("/v1/allow", """{ "workload": "shop/db", "to": "host", "port": "443/tcp" }""");
        await running.Problem(409, "/v1/allow", WebToDatabase);
        Assert.Empty(running.Agent.Policies[web.Identity].Entries);
        Assert.Empty(running.Server.State.Workloads[web.Identity].Profile.Entries);
        Assert.Single(running.Server.State.Workloads[db.Identity].Profile.Entries);
        Assert.Single((await running.Get("/v1/events")).EnumerateArray(), e => e.GetProperty("kind").GetString() == "allow");
    }

    [Fact]
    public async Task Forgetting_a_conversation_forgets_it_at_the_peer_too()
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, db) = await Judged(running, "protect");
        await running.Post("/v1/allow", WebToDatabase);
        var changes = await running.Post("/v1/forget", """{ "workload": "shop/db", "peer": "shop/web" }""");
        Assert.Equal(["shop/db", "shop/web"], changes.EnumerateArray().Select(c => c.GetProperty("workload").GetString()));
        Assert.Equal("-> shop/db 5432/tcp", changes[1].GetProperty("removed")[0].GetString());
        Assert.Empty(running.Agent.Policies[web.Identity].Entries);
        Assert.Empty(running.Agent.Policies[db.Identity].Entries);
    }

    [Fact]
    public async Task Forgetting_everything_leaves_the_peers_so_that_the_workload_can_learn_anew()
    {
        await using var running = await RunningServer.Start(_directory);
        var (_, db) = await Judged(running, "protect");
        await running.Post("/v1/allow", WebToDatabase);
        await running.Post("/v1/forget", """{ "workload": "shop/web", "everything": true }""");
        Assert.Single(running.Agent.Policies[db.Identity].Entries);
    }

    [Fact]
    public async Task Forgetting_a_refusal_takes_nothing_from_the_peer()
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, db) = await Judged(running, "protect");
        await running.Post("/v1/mode", """{ "workload": "shop/web", "mode": "learn" }""");
        await running.Post("/v1/allow", """{ "workload": "shop/db", "from": "shop/web", "port": "5432/tcp" }""");
        await running.Post("/v1/mode", """{ "workload": "shop/web", "mode": "protect" }""");
        running.Attempt(web, db.Identity, "172.18.0.9", RunningServer.Postgres, Verdict.Blocked);
        await running.Until(web, w => w.Profile.Entries.Count == 1);
        Assert.Single((await running.Post("/v1/forget", """{ "workload": "shop/web", "peer": "shop/db" }""")).EnumerateArray());
        Assert.Single(running.Agent.Policies[db.Identity].Entries);
    }

    [Fact]
    public async Task An_explanation_says_that_the_peer_lacks_an_entry_too_until_both_have_one()
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, db) = await Judged(running, "protect");
        running.Attempt(web, db.Identity, "172.18.0.9", RunningServer.Postgres, Verdict.Blocked);
        var id = (await running.UntilEvent("verdict")).GetProperty("id").GetInt64();
        var before = await running.Get($"/v1/events/{id}");
        Assert.Contains("shop/db is in protect too", before.GetProperty("paragraphs").ToString(), StringComparison.Ordinal);
        await running.Post("/v1/allow", $$"""{ "event": {{id}} }""");
        var after = await running.Get($"/v1/events/{id}");
        Assert.DoesNotContain("shop/db is in protect too", after.GetProperty("paragraphs").ToString(), StringComparison.Ordinal);
        Assert.Equal("", after.GetProperty("hint").GetString());
    }

    [Fact]
    public async Task A_simulation_of_a_change_changes_both_ends()
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, db) = await Judged(running, "learn");
        running.Converse(web, db, RunningServer.Postgres);
        await running.Until(db, w => w.Profile.Entries.Count == 1);
        running.Time.Advance(TimeSpan.FromMinutes(2));
        const string forget = """ "forget": [{ "workload": "web", "peer": "shop/db" }] """;
        Assert.Equal(2, (await running.Post("/v1/simulate", $$"""{ {{forget}} }""")).GetProperty("blockedConnections").GetInt64());
        var again = await running.Post("/v1/simulate", $$"""{ {{forget}}, "allow": [{{WebToDatabase}}] }""");
        Assert.Equal(0, again.GetProperty("blockedConnections").GetInt64());
    }

    private static async Task<(Workload Web, Workload Database)> Judged(RunningServer running, string mode)
    {
        var (web, db) = (running.Container("shop", "web"), running.Container("shop", "db"));
        await running.Until(db, _ => true);
        await running.Post("/v1/mode", $$"""{ "all": true, "mode": "{{mode}}" }""");
        return (web, db);
    }

    private static IEnumerable<string> Added(JsonElement changes) => changes.EnumerateArray()
        .SelectMany(c => c.GetProperty("added").EnumerateArray().Select(a => $"{c.GetProperty("workload").GetString()} {a.GetString()}"));
}
