using System.Net;
using Bulwark.Model;
using Bulwark.Model.Observations;
using Bulwark.Server.Engine;
using Bulwark.Server.Tests.Harness;

namespace Bulwark.Server.Tests.Engine;

/// <summary>Services outside: their identities in the kernel, from the first to the last.</summary>
public sealed class OutsideTests : IDisposable
{
    private static readonly IPNetwork Api = IPNetwork.Parse("203.0.113.5/32");
    private static readonly Peer Name = Peer.HostName("a.example.com");

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("203.0.113.5", "range 203.0.113.5/32")]
    [InlineData("name:b.example.com", "name b.example.com")]
    public async Task What_the_kernel_does_not_take_is_tried_again_with_a_warning_while_that_lasts(string peer, string call)
    {
        var agent = new FakeAgent { Fails = c => c == call };
        await using var running = await RunningServer.Start(_directory, agent);
        await running.Until(running.Container("shop", "web"), _ => true);
        await running.Post("/v1/allow", $$"""{ "workload": "shop/web", "to": "{{peer}}", "port": "443/tcp" }""");
        Assert.Contains(OutsideAssigner.NotAssigned, (await running.Get("/v1/status")).GetProperty("agent").GetProperty("warnings").ToString(),
            StringComparison.Ordinal);
        agent.Fails = _ => false;
        running.Time.Advance(TimeSpan.FromSeconds(1));
        await running.Until(s => s.Warnings.IsEmpty ? "" : null);
        Assert.Equal([call, call], agent.Calls.Where(c => c == call));
        running.Time.Advance(TimeSpan.FromSeconds(5));
        await running.Get("/v1/status");
        Assert.Equal(2, agent.Calls.Count(c => c == call));
    }

    [Fact]
    public async Task What_was_forgotten_while_the_kernel_did_not_take_it_is_not_tried_again()
    {
        var agent = new FakeAgent { Fails = c => c.StartsWith("range", StringComparison.Ordinal) };
        await using var running = await RunningServer.Start(_directory, agent);
        await running.Until(running.Container("shop", "web"), _ => true);
        await running.Post("/v1/allow", """{ "workload": "shop/web", "to": "203.0.113.5", "port": "443/tcp" }""");
        await running.Post("/v1/forget", """{ "workload": "shop/web", "port": "443/tcp" }""");
        running.Time.Advance(TimeSpan.FromSeconds(1));
        await running.Until(s => s.Warnings.IsEmpty ? "" : null);
        Assert.Single(agent.Calls, c => c.StartsWith("range", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_range_that_no_profile_names_goes_once_it_was_not_seen_for_a_week()
    {
        var agent = new FakeAgent { Fails = c => c == $"remove {Api}" };
        await using var running = await RunningServer.Start(_directory, agent);
        var web = running.Container("shop", "web");
        running.ConverseOut(web, "203.0.113.5", RunningServer.Https);
        running.ConverseOut(web, "203.0.113.6", RunningServer.Https);
        await running.Until(web, w => w.Profile.Entries.Count == 2);
        await running.Post("/v1/forget", """{ "workload": "shop/web", "peer": "203.0.113.5" }""");
        agent.Fails = _ => false;
        running.Time.Advance(TimeSpan.FromDays(6.9));
        await running.Get("/v1/status");
        Assert.True(agent.Ranges.ContainsKey(Api));
        running.Time.Advance(TimeSpan.FromDays(0.2));
        await running.Until(_ => agent.Ranges.ContainsKey(Api) ? null : "");
        Assert.True(agent.Ranges.ContainsKey(IPNetwork.Parse("203.0.113.6/32")), "a profile names it");
    }

    [Fact]
    public async Task The_week_goes_on_while_the_server_does_not_run()
    {
        var start = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
        await using (var running = await RunningServer.Start(_directory, new() { Fails = c => c == $"remove {Api}" }, new(start)))
        {
            var web = running.Container("shop", "web");
            running.ConverseOut(web, "203.0.113.5", RunningServer.Https);
            await running.Until(web, w => w.Profile.Entries.Count == 1);
            await running.Post("/v1/forget", """{ "workload": "shop/web", "peer": "203.0.113.5" }""");
        }
        await using var again = await RunningServer.Start(_directory, time: new(start.AddDays(8)));
        Assert.True(again.Agent.Ranges.ContainsKey(Api));
        again.Time.Advance(TimeSpan.FromSeconds(1));
        await again.Until(_ => again.Agent.Ranges.ContainsKey(Api) ? null : "");
    }

    [Fact]
    public async Task A_name_that_no_profile_names_goes_unless_it_is_asked_for_again()
    {
        await using var running = await RunningServer.Start(_directory, change: o => o with { Outside = TimeSpan.FromDays(2) });
        var web = running.Container("shop", "web");
        async Task AskAsync(string address)
        {
            running.Server.TryPost(new NameSeen(
                running.Time.GetUtcNow(), web.Identity, "a.example.com", new(Identity.FirstName), [IPAddress.Parse(address)]));
            await running.Until(s => s.Addresses.GetValueOrDefault(Name, []).Contains(address) ? "" : null);
        }
        await AskAsync("203.0.113.5");
        running.Time.Advance(TimeSpan.FromDays(1.5));
        await AskAsync("203.0.113.6");
        running.Time.Advance(TimeSpan.FromDays(1.5));
        await running.Get("/v1/status");
        Assert.True(running.Server.State.Addresses.ContainsKey(Name));
        running.Time.Advance(TimeSpan.FromDays(1));
        await running.Until(s => s.Addresses.ContainsKey(Name) ? null : "");
    }

    [Fact]
    public void A_name_whose_number_is_from_here_is_told_apart_from_one_that_the_kernel_met()
    {
        var registry = new OutsideRegistry([(new(Identity.FirstName + 5), Name, null)], DateTimeOffset.UnixEpoch);
        registry.GetOrAdd(Peer.HostName("own.example.com"), DateTimeOffset.UnixEpoch, out _);
        Assert.True(registry.IsOwnName(Peer.HostName("own.example.com")));
        Assert.False(registry.IsOwnName(Name));
    }

    [Fact]
    public void What_was_seen_later_stays_seen_later()
    {
        var start = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
        var registry = new OutsideRegistry([(new(Identity.FirstName), Name, start)], start.AddDays(100));
        registry.See(Name, start.AddDays(2));
        registry.See(Name, start.AddDays(1));
        Assert.Empty(registry.Unseen(start.AddDays(2)));
        Assert.Equal([Name], registry.Unseen(start.AddDays(2).AddTicks(1)));
    }
}
