using Bulwark.EndToEnd.Harness;
using Bulwark.Model;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>Protection does not depend on the process that set it up.</summary>
public sealed class SurvivalTests(ProtectedShop protectedShop) : IClassFixture<ProtectedShop>
{
    private readonly ThreeTierApplication _shop = protectedShop.Shop;
    private readonly BulwarkProcess _bulwark = protectedShop.Bulwark;

    [Fact]
    public async Task A_crash_and_a_restart_during_traffic_lose_no_visitor_and_no_protection()
    {
        await using var visitors = Visitors.Of(_shop);
        await visitors.WaitForAsync(5);

        await _bulwark.KillAsync();
        await visitors.WaitForAsync(10);
        var whileDead = await _shop.ExecAsync("cache", Probe.Tcp("db", 5432));
        var restarted = DateTimeOffset.UtcNow;
        await _bulwark.UpAsync();
        await visitors.WaitForAsync(10);
        var afterwards = await _shop.ExecAsync("cache", Probe.Tcp("db", 5432));

        Assert.False(whileDead.Succeeded, "blocked while Bulwark is dead");
        Assert.False(afterwards.Succeeded, "blocked after its restart");
        Assert.Empty(visitors.Failures);
        await _bulwark.WaitForBlockedAsync(restarted, "shop/cache", "out", "shop/db", "5432/tcp");
    }

    [Fact]
    public async Task A_stop_and_a_start_keep_profiles_and_modes()
    {
        var before = await _bulwark.ProfileAsync("shop/web");

        Assert.Equal(0, await _bulwark.StopAsync());
        await _bulwark.UpAsync();

        var after = await _bulwark.ProfileAsync("shop/web");
        Assert.Equal(Mode.Protect, after.Workload.Mode);
        Assert.Equal(Keys(before), Keys(after));
    }

    // A restart of the machine empties the kernel and keeps the files, as this does.
    [Fact]
    public async Task After_a_restart_of_the_machine_no_new_name_passes_for_one_that_was_allowed()
    {
        var api = Probe.Http($"http://{Outside.ApiName}/");
        Assert.False((await _shop.ExecAsync("web", api)).Succeeded);
        _ = (await _bulwark.RunAsync("allow", "shop/web", "--to", "name:" + Outside.ApiName, "--port", "80/tcp")).Text;
        Assert.Equal(0, await _bulwark.StopAsync());
        await _bulwark.DownAsync();

        await _bulwark.UpAsync();
        await Poll.UntilAsync("web is watched", TimeSpan.FromSeconds(20), async () => !(await _shop.ExecAsync("web", Probe.Tcp("proxy", 80))).Succeeded);

        for (var i = 0; i < 8; i++)
            Assert.False((await _shop.ExecAsync("web", Probe.Http($"http://new{i}.{Outside.StrangerDomain}/"))).Succeeded, $"new name {i}");
        Assert.True((await _shop.ExecAsync("web", api)).Succeeded, "the allowed name");
        Assert.True((await _shop.ExecAsync("web", Probe.TcpByPython(Outside.DatabaseAlias, Outside.DatabasePort))).Succeeded, "the learnt name");
    }

    [Fact]
    public async Task Nothing_was_lost()
    {
        var status = await _bulwark.StatusAsync();

        Assert.Equal(0, status.LostObservations);
        Assert.Empty(status.Agent.Warnings);
    }

    private static IEnumerable<string> Keys(Server.Api.Contracts.ProfileReport profile) =>
        profile.Entries.Select(entry => $"{entry.Direction} {entry.Peer} {entry.Port}").Order();
}
