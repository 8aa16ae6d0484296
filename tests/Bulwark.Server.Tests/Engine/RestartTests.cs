using System.Net;
using Bulwark.Model;
using Bulwark.Model.Observations;
using Bulwark.Server.Tests.Harness;

namespace Bulwark.Server.Tests.Engine;

public sealed class RestartTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task After_a_restart_the_kernel_first_gets_identities_then_policies()
    {
        Identity web;
        await using (var running = await RunningServer.Start(_directory))
        {
            var workload = running.Container("shop", "web");
            web = workload.Identity;
            running.ConverseOut(workload, "203.0.113.5", RunningServer.Https);
            running.Server.TryPost(new NameSeen(running.Time.GetUtcNow(), web, "a.example.com", new(Identity.FirstName), []));
            running.Server.TryPost(new ConversationSeen(running.Time.GetUtcNow(), web, Direction.Out, new(Identity.FirstName),
                IPAddress.Parse("203.0.113.9"), RunningServer.Https, 1, "", ""));
            await running.Until(workload, w => w.Profile.Entries.Count == 2);
            await running.Post("/v1/mode", """{ "workload": "shop/web", "mode": "protect" }""");
        }
        var agent = new FakeAgent();
        await using var again = await RunningServer.Start(_directory, agent);
        Assert.Equal([$"reserve names {Identity.FirstName}", "name a.example.com", "range 203.0.113.5/32", $"apply {web} Protect 2"], agent.Calls);
        Assert.Equal(new(Identity.FirstName), agent.Names["a.example.com"]);
    }

    [Fact]
    public async Task After_a_restart_learning_goes_on_where_it_was()
    {
        DateTimeOffset? first;
        await using (var running = await RunningServer.Start(_directory))
        {
            var (client, server) = (running.Container("shop", "web"), running.Container("shop", "db"));
            running.Converse(client, server, RunningServer.Postgres);
            first = (await running.Until(client, w => w.Profile.Entries.Count == 1)).Profile.Learning.FirstActivity;
        }
        await using var again = await RunningServer.Start(_directory);
        var (web, db) = (again.Container("shop", "web"), again.Container("shop", "db"));
        again.Time.Advance(TimeSpan.FromMinutes(1));
        again.Converse(web, db, RunningServer.Postgres);
        var state = await again.Until(web, w => w.Profile.Entries.Values.Single().Connections == 2);
        Assert.Equal((first, 2L), (state.Profile.Learning.FirstActivity, state.Profile.Learning.Sightings));
        Assert.Equal(first, state.Profile.Entries.Values.Single().FirstSeen);
    }

    [Fact]
    public async Task A_workload_keeps_its_identity_and_events_their_order_over_restarts()
    {
        Identity web;
        long last;
        await using (var running = await RunningServer.Start(_directory))
        {
            var workload = running.Container("shop", "web");
            web = workload.Identity;
            await running.Until(workload, _ => true);
            await running.Post("/v1/mode", """{ "workload": "shop/web", "mode": "audit" }""");
            last = (await running.UntilEvent("mode")).GetProperty("id").GetInt64();
        }
        await using var again = await RunningServer.Start(_directory);
        Assert.NotEqual(web, again.Container("shop", "db").Identity);
        Assert.Equal(web, again.Container("shop", "web").Identity);
        await again.Post("/v1/mode", """{ "workload": "shop/web", "mode": "protect" }""");
        var events = await again.Get("/v1/events");
        Assert.Equal([last, last + 1], events.EnumerateArray().Select(e => e.GetProperty("id").GetInt64()));
    }

    [Fact]
    public async Task A_directory_gives_each_workload_one_identity_to_however_many_threads()
    {
        await using var running = await RunningServer.Start(_directory);
        var identities = new System.Collections.Concurrent.ConcurrentBag<(string, Identity)>();
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), (i, _) =>
        {
            var workload = running.Container("shop", $"s{i % 10}", $"id{i:0000}");
            identities.Add((workload.Name, workload.Identity));
            return ValueTask.CompletedTask;
        });
        Assert.Equal(10, identities.Distinct().Count());
    }
}
