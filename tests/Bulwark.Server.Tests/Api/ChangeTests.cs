using System.Net;
using Bulwark.Model;
using Bulwark.Server.Tests.Harness;

namespace Bulwark.Server.Tests.Api;

public sealed class ChangeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task An_event_can_be_allowed_and_is_in_force_when_the_answer_is_there()
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, db) = (running.Container("shop", "web"), running.Container("billing", "db"));
        await running.Until(db, _ => true);
        await running.Post("/v1/mode", """{ "workload": "shop/web", "mode": "protect" }""");
        running.Attempt(web, db.Identity, "172.18.0.9", RunningServer.Postgres, Verdict.Blocked);
        var id = (await running.UntilEvent("verdict")).GetProperty("id").GetInt64();
        var change = await running.Post("/v1/allow", $$"""{ "event": {{id}} }""");
        Assert.Equal("-> billing/db 5432/tcp", Assert.Single(change.EnumerateArray()).GetProperty("added")[0].GetString());
        Assert.Equal([new(Direction.Out, db.Identity, Transport.Tcp, 5432)], running.Agent.Policies[web.Identity].Entries);
        var explained = await running.Get($"/v1/events/{id}");
        Assert.Contains("By now the profile allows it", explained.GetProperty("paragraphs").ToString(), StringComparison.Ordinal);
        Assert.Equal("", explained.GetProperty("hint").GetString());
    }

    [Fact]
    public async Task Only_a_verdict_can_be_allowed()
    {
        await using var running = await RunningServer.Start(_directory);
        var web = running.Container("shop", "web");
        await running.Until(web, _ => true);
        await running.Post("/v1/mode", """{ "all": true, "mode": "audit" }""");
        var id = (await running.UntilEvent("mode")).GetProperty("id").GetInt64();
        await running.Problem(409, "/v1/allow", $$"""{ "event": {{id}} }""");
        await running.Problem(404, "/v1/allow", """{ "event": 4711 }""");
    }

    [Fact]
    public async Task A_name_that_nobody_asked_for_yet_can_be_allowed()
    {
        await using var running = await RunningServer.Start(_directory);
        var web = running.Container("shop", "web");
        await running.Until(web, _ => true);
        await running.Post("/v1/mode", """{ "workload": "web", "mode": "protect" }""");
        await running.Post("/v1/allow", """{ "workload": "web", "to": "name:new.example.com", "port": "443/tcp" }""");
        var identity = running.Agent.Names["new.example.com"];
        Assert.True(identity.IsName);
        Assert.Equal(identity, running.Agent.Policies[web.Identity].Entries.Single().Peer);
    }

    [Fact]
    public async Task A_wider_range_keeps_the_narrower_ones_in_it()
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, api) = (running.Container("shop", "web"), running.Container("shop", "api"));
        await running.Until(api, _ => true);
        await running.Post("/v1/mode", """{ "workload": "shop/web", "mode": "protect" }""");
        await running.Post("/v1/allow", """{ "workload": "shop/web", "to": "203.0.113.0/24", "port": "443/tcp" }""");
        Assert.Single(running.Agent.Policies[web.Identity].Entries);
        running.ConverseOut(api, "203.0.113.5", RunningServer.Https);
        await running.Until(api, w => w.Profile.Entries.Count == 1);
        Assert.Equal(2, running.Agent.Policies[web.Identity].Entries.Count);
        var calls = running.Agent.Calls.ToList();
        Assert.True(calls.IndexOf($"apply {web.Identity} Protect 2") < calls.IndexOf("range 203.0.113.5/32"), string.Join('\n', calls));
    }

    [Fact]
    public async Task Forgetting_takes_it_out_of_the_kernel_and_a_range_that_nobody_names_too()
    {
        await using var running = await RunningServer.Start(_directory);
        var web = running.Container("shop", "web");
        running.ConverseOut(web, "203.0.113.5", RunningServer.Https);
        await running.Until(web, w => w.Profile.Entries.Count == 1);
        await running.Post("/v1/mode", """{ "workload": "shop/web", "mode": "protect" }""");
        var change = await running.Post("/v1/forget", """{ "workload": "shop/web", "peer": "range:203.0.113.5/32" }""");
        Assert.Equal("-> range:203.0.113.5/32 443/tcp", change[0].GetProperty("removed")[0].GetString());
        Assert.Empty(running.Agent.Policies[web.Identity].Entries);
        Assert.Empty(running.Agent.Ranges);
    }

    [Fact]
    public async Task A_range_that_was_forgotten_and_is_allowed_again_gets_an_identity_again()
    {
        await using var running = await RunningServer.Start(_directory);
        var web = running.Container("shop", "web");
        await running.Until(web, _ => true);
        for (var time = 0; time < 2; time++)
        {
            await running.Post("/v1/allow", """{ "workload": "shop/web", "to": "203.0.113.5", "port": "443/tcp" }""");
            Assert.True(running.Agent.Ranges.ContainsKey(IPNetwork.Parse("203.0.113.5/32")));
            await running.Post("/v1/forget", """{ "workload": "shop/web", "port": "443/tcp" }""");
            Assert.Empty(running.Agent.Ranges);
        }
    }

    [Fact]
    public async Task Forgetting_everything_starts_to_learn_anew()
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, db) = (running.Container("shop", "web"), running.Container("shop", "db"));
        running.Converse(web, db, RunningServer.Postgres);
        await running.Until(web, w => w.Profile.Entries.Count == 1);
        await running.Post("/v1/mode", """{ "workload": "shop/web", "mode": "protect" }""");
        await running.Post("/v1/forget", """{ "workload": "shop/web", "everything": true }""");
        var profile = running.Server.State.Workloads[web.Identity].Profile;
        Assert.Equal((Mode.Learn, false, 0), (profile.Mode, profile.ModeIsPinned, profile.Entries.Count));
        Assert.Equal(Mode.Learn, running.Agent.Policies[web.Identity].Mode);
    }

    [Fact]
    public async Task A_change_that_does_not_fit_into_the_kernel_is_refused_and_not_kept()
    {
        await using var running = await RunningServer.Start(_directory, new() { Capacity = 1 });
        var web = running.Container("shop", "web");
        await running.Until(web, _ => true);
        await running.Post("/v1/mode", """{ "workload": "shop/web", "mode": "protect" }""");
        await running.Post("/v1/allow", """{ "workload": "shop/web", "to": "host", "port": "443/tcp" }""");
        var problem = await running.Problem(409, "/v1/allow", """{ "workload": "shop/web", "to": "world", "port": "443/tcp" }""");
        Assert.Contains("do not fit", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Single(running.Server.State.Workloads[web.Identity].Profile.Entries);
    }

    [Fact]
    public async Task Setting_a_mode_tells_who_changed_and_pins_it()
    {
        await using var running = await RunningServer.Start(_directory);
        var (_, db) = (running.Container("shop", "web"), running.Container("shop", "db"));
        await running.Until(db, _ => true);
        var changed = await running.Post("/v1/mode", """{ "all": true, "mode": "audit" }""");
        Assert.Equal(["shop/db", "shop/web"], changed.EnumerateArray().Select(w => w.GetProperty("name").GetString()));
        Assert.All(changed.EnumerateArray(), w => Assert.True(w.GetProperty("modeIsPinned").GetBoolean()));
        Assert.Empty((await running.Post("/v1/mode", """{ "all": true, "mode": "audit" }""")).EnumerateArray());
    }

    [Theory]
    [InlineData("/v1/allow", "{}")]
    [InlineData("/v1/allow", """{ "workload": "shop/web", "to": "host", "from": "host", "port": "1/tcp" }""")]
    [InlineData("/v1/allow", """{ "workload": "shop/web", "to": "host", "port": "tcp/1" }""")]
    [InlineData("/v1/allow", """{ "wrkload": "shop/web" }""")]
    [InlineData("/v1/forget", """{ "workload": "shop/web" }""")]
    [InlineData("/v1/forget", "{}")]
    [InlineData("/v1/forget", """{ "workload": null, "everything": true }""")]
    [InlineData("/v1/mode", """{ "workload": "shop/web", "mode": "destroy" }""")]
    [InlineData("/v1/mode", """{ "workload": "shop/web", "mode": 2 }""")]
    [InlineData("/v1/mode", """{ "mode": "learn" }""")]
    [InlineData("/v1/mode", """{ "workload": "shop/web" }""")]
    [InlineData("/v1/mode", """{ "workload": "shop/web", "mode": "learn", "auto": true }""")]
    [InlineData("/v1/mode", "not json")]
    [InlineData("/v1/simulate", """{ "since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z" }""")]
    public async Task What_makes_no_sense_is_a_bad_request(string path, string json)
    {
        await using var running = await RunningServer.Start(_directory);
        await running.Until(running.Container("shop", "web"), _ => true);
        await running.Problem(400, path, json);
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        await using var running = await RunningServer.Start(_directory);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/mode") { Content = new StringContent(new string(' ', 2 << 20)) };
        // Else the server hangs up in the middle of the body, before the client reads the answer.
        request.Headers.ExpectContinue = true;
        using var response = await running.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task A_simulation_says_what_would_have_been_blocked()
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, db) = (running.Container("shop", "web"), running.Container("shop", "db"));
        running.Converse(web, db, RunningServer.Postgres);
        await running.Until(db, w => w.Profile.Entries.Count == 1);
        running.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(0, (await running.Post("/v1/simulate", "{}")).GetProperty("blockedConnections").GetInt64());
        var report = await running.Post("/v1/simulate", """{ "workload": "web", "forget": [{ "workload": "web", "peer": "shop/db" }] }""");
        Assert.Equal((1, 1), (report.GetProperty("connections").GetInt64(), report.GetProperty("blockedConnections").GetInt64()));
        Assert.Equal("shop/db", report.GetProperty("blocked")[0].GetProperty("peer").GetString());
        Assert.Single(running.Server.State.Workloads[web.Identity].Profile.Entries);
    }

    [Fact]
    public async Task Down_answers_then_detaches_and_ends()
    {
        var hadSocket = false;
        await using var running = await RunningServer.Start(
            _directory, new() { Detaching = () => hadSocket = File.Exists(_directory["run/bulwark.sock"]) });
        using (var response = await running.Http.PostAsync(new Uri("/v1/down", UriKind.Relative), null))
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        await running.Running.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(running.Agent.Detached);
        Assert.True(hadSocket, "who waits for the socket to go must not be early");
        Assert.False(File.Exists(_directory["run/bulwark.sock"]));
    }
}
