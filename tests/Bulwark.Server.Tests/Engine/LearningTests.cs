using System.Net;
using Bulwark.Model;
using Bulwark.Model.Enforcement;
using Bulwark.Model.Observations;
using Bulwark.Model.Profiles;
using Bulwark.Server.Tests.Harness;

namespace Bulwark.Server.Tests.Engine;

public sealed class LearningTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_workload_learns_then_is_audited_then_protected()
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, db) = (running.Container("shop", "web"), running.Container("shop", "db"));
        void Talk() => running.Converse(web, db, RunningServer.Postgres);
        await running.RunUntil(web, Mode.Audit, Talk);
        Assert.Equal(Mode.Audit, running.Agent.Policies[web.Identity].Mode);
        await running.RunUntil(web, Mode.Protect, Talk);
        Assert.Equal((Mode.Protect, 1), (running.Agent.Policies[web.Identity].Mode, running.Agent.Policies[web.Identity].Entries.Count));
        Assert.Equal([new PolicyEntry(Direction.Out, db.Identity, Transport.Tcp, 5432)], running.Agent.Policies[web.Identity].Entries);
    }

    [Fact]
    public async Task Without_auto_a_workload_stays_in_learn()
    {
        await using var running = await RunningServer.Start(_directory, change: o => o with { Auto = false });
        var (web, db) = (running.Container("shop", "web"), running.Container("shop", "db"));
        for (var second = 0; second < 100; second++)
        {
            running.Converse(web, db, RunningServer.Postgres);
            running.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1, CancellationToken.None);
        }
        var state = await running.Until(web, w => w.Profile.Entries.Values.Sum(e => e.Connections) == 100);
        Assert.Equal(Mode.Learn, state.Profile.Mode);
    }

    [Fact]
    public async Task An_address_outside_gets_an_identity_before_the_kernel_hears_of_it()
    {
        await using var running = await RunningServer.Start(_directory);
        var web = running.Container("shop", "web");
        running.ConverseOut(web, "203.0.113.5", RunningServer.Https);
        var state = await running.Until(web, w => w.Profile.Entries.Count == 1);
        Assert.Equal("range:203.0.113.5/32", state.Profile.Entries.Keys.Single().Peer.ToString());
        Assert.Equal(new(Identity.FirstRange), running.Agent.Ranges[IPNetwork.Parse("203.0.113.5/32")]);
    }

    [Fact]
    public async Task A_client_from_anywhere_is_the_world()
    {
        await using var running = await RunningServer.Start(_directory);
        var web = running.Container("shop", "web");
        running.Server.TryPost(new ConversationSeen(running.Time.GetUtcNow(), web.Identity, Direction.In, Identity.World,
            IPAddress.Parse("198.51.100.9"), RunningServer.Https, 1, "", ""));
        var state = await running.Until(web, w => w.Profile.Entries.Count == 1);
        Assert.Equal(Peer.World, state.Profile.Entries.Keys.Single().Peer);
        Assert.Empty(running.Agent.Ranges);
    }

    [Fact]
    public async Task A_name_is_known_by_the_identity_that_the_kernel_gave_it()
    {
        await using var running = await RunningServer.Start(_directory);
        var web = running.Container("shop", "web");
        var name = new Identity(Identity.FirstName + 7);
        running.Server.TryPost(new NameSeen(running.Time.GetUtcNow(), web.Identity, "API.example.com.", name, [IPAddress.Parse("203.0.113.5")]));
        running.Server.TryPost(new ConversationSeen(running.Time.GetUtcNow(), web.Identity, Direction.Out, name,
            IPAddress.Parse("203.0.113.5"), RunningServer.Https, 1, "", ""));
        var state = await running.Until(web, w => w.Profile.Entries.Count == 1);
        Assert.Equal("name:api.example.com", state.Profile.Entries.Keys.Single().Peer.ToString());
    }

    [Fact]
    public async Task When_the_kernel_gives_a_name_another_identity_the_policy_follows()
    {
        await using var running = await RunningServer.Start(_directory);
        var web = running.Container("shop", "web");
        running.Server.TryPost(new NameSeen(running.Time.GetUtcNow(), web.Identity, "a.example.com", new(Identity.FirstName), []));
        running.Server.TryPost(new ConversationSeen(running.Time.GetUtcNow(), web.Identity, Direction.Out, new(Identity.FirstName),
            IPAddress.Parse("203.0.113.5"), RunningServer.Https, 1, "", ""));
        await running.Until(web, w => w.Profile.Entries.Count == 1);
        await running.Post("/v1/mode", """{ "workload": "shop/web", "mode": "protect" }""");
        running.Server.TryPost(new NameSeen(running.Time.GetUtcNow(), web.Identity, "a.example.com", new(Identity.FirstName + 1), []));
        await running.Until(_ => running.Agent.Policies[web.Identity].Entries.Any(e => e.Peer.Value == Identity.FirstName + 1) ? "" : null);
    }

    [Fact]
    public async Task An_attempt_outside_the_profile_is_counted_shown_and_told()
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, db) = (running.Container("shop", "web"), running.Container("billing", "db"));
        await running.Until(db, _ => true);
        await running.Post("/v1/mode", """{ "all": true, "mode": "protect" }""");
        running.Attempt(web, db.Identity, "172.18.0.9", RunningServer.Postgres, Verdict.Blocked);
        var state = await running.Until(web, w => w.Blocked == 3);
        Assert.Equal(EntryOrigin.Refused, state.Profile.Entries.Values.Single().Origin);
        var events = await running.Get("/v1/events?verdict=blocked");
        var e = Assert.Single(events.EnumerateArray());
        Assert.Equal("bulwark allow shop/web --to billing/db --port 5432/tcp", e.GetProperty("hint").GetString());
        Assert.StartsWith("shop/web (/usr/bin/curl) was blocked", e.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_loss_is_counted_and_told_and_holds_learning_up()
    {
        await using var running = await RunningServer.Start(_directory);
        var web = running.Container("shop", "web");
        await running.Until(web, _ => true);
        running.Server.TryPost(new ObservationsLost(running.Time.GetUtcNow(), "kernel ring buffer", 12));
        var state = await running.Until(web, w => w.Profile.Learning.Lost == 12);
        Assert.NotNull(state.Profile.Learning.LastLost);
        Assert.Equal(12, running.Server.State.Lost);
        running.Time.Advance(TimeSpan.FromSeconds(1));
        await running.UntilEvent("lost");
    }

    [Fact]
    public async Task Lost_verdicts_do_not_hold_learning_up_but_the_trial_in_audit()
    {
        await using var running = await RunningServer.Start(_directory);
        var (web, db) = (running.Container("shop", "web"), running.Container("shop", "db"));
        await running.Until(db, _ => true);
        await running.Post("/v1/mode", """{ "workload": "shop/db", "mode": "audit" }""");
        running.Server.TryPost(new ObservationsLost(running.Time.GetUtcNow(), "verdicts: the kernel's ring buffer was full", 12));
        await running.Until(db, w => w.Profile.Learning.Lost == 12);
        Assert.Equal(0, running.Server.State.Workloads[web.Identity].Profile.Learning.Lost);
        Assert.Equal(12, running.Server.State.Lost);
    }

    [Fact]
    public async Task Who_takes_the_programs_away_is_told_of_with_the_container()
    {
        await using var running = await RunningServer.Start(_directory);
        var web = running.Container("shop", "web");
        var known = await running.Until(web, w => !w.Containers.IsEmpty);
        running.Server.TryPost(new ProgramsRestored(running.Time.GetUtcNow(), 12, web.Identity, known.Containers.Keys.First()));
        var e = await running.UntilEvent("notice");
        Assert.Equal("shop/web", e.GetProperty("workload").GetString());
        Assert.Equal(known.Containers.Values.First().Name, e.GetProperty("container").GetString());
        Assert.Contains("removed Bulwark's programs from the interface of", e.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_does_not_fit_into_the_queue_is_dropped_and_counted()
    {
        await using var running = await RunningServer.Start(_directory, change: o => o with { Queue = 16 });
        var web = running.Container("shop", "web");
        await running.Until(web, _ => true);
        var refused = 0;
        for (var i = 0; i < 100_000 && refused == 0; i++)
            refused += running.Server.TryPost(new ContainerGone(running.Time.GetUtcNow(), "none")) ? 0 : 1;
        Assert.True(refused > 0);
        running.Time.Advance(TimeSpan.FromSeconds(1));
        await running.Until(s => s.Lost >= 1 ? "" : null);
    }

    [Fact]
    public async Task An_observation_of_an_unknown_workload_counts_as_lost()
    {
        await using var running = await RunningServer.Start(_directory);
        running.Server.TryPost(new TrafficCounted(
            running.Time.GetUtcNow(), new(9999), Direction.Out, Identity.Host, RunningServer.Https, 1, 1));
        await running.Until(s => s.Lost == 1 ? "" : null);
    }

    [Fact]
    public async Task A_policy_that_does_not_fit_leaves_the_workload_where_it_was_and_is_told()
    {
        await using var running = await RunningServer.Start(_directory, new() { Capacity = 0 });
        var (web, db) = (running.Container("shop", "web"), running.Container("shop", "db"));
        for (var second = 0; second < 60; second++)
        {
            running.Converse(web, db, RunningServer.Postgres);
            running.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, CancellationToken.None);
        }
        var e = await running.UntilEvent("notice");
        Assert.Contains("do not fit", e.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(Mode.Learn, running.Server.State.Workloads[web.Identity].Profile.Mode);
        Assert.Equal(Mode.Learn, running.Agent.Policies[web.Identity].Mode);
    }
}
