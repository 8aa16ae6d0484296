using Bulwark.Model;
using Bulwark.Server.Tests.Harness;

namespace Bulwark.Server.Tests.Api;

public sealed class ModeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_mode_for_all_holds_for_workloads_to_come_also_after_a_restart()
    {
        await using (var running = await RunningServer.Start(_directory))
        {
            await running.Post("/v1/mode", """{ "all": true, "mode": "protect" }""");
            await Starts(running, "web", Mode.Protect, pinned: true);
        }
        await using var again = await RunningServer.Start(_directory);
        Assert.Equal("protect", (await again.Get("/v1/status")).GetProperty("modeOfNewWorkloads").GetString());
        var db = await Starts(again, "db", Mode.Protect, pinned: true);
        await again.Until(_ => again.Agent.Policies.TryGetValue(db, out var policy) && policy.Mode == Mode.Protect ? "" : null);
    }

    [Fact]
    public async Task Without_such_a_word_a_workload_starts_in_learn_and_status_says_nothing_of_it()
    {
        await using var running = await RunningServer.Start(_directory);
        await Starts(running, "web", Mode.Learn, pinned: false);
        Assert.False((await running.Get("/v1/status")).TryGetProperty("modeOfNewWorkloads", out _));
    }

    [Fact]
    public async Task Auto_for_all_takes_the_word_back_for_those_that_are_and_those_to_come()
    {
        await using var running = await RunningServer.Start(_directory);
        var web = await Starts(running, "web", Mode.Learn, pinned: false);
        await running.Post("/v1/mode", """{ "all": true, "mode": "audit" }""");
        var changed = await running.Post("/v1/mode", """{ "all": true, "auto": true }""");
        Assert.Equal("shop/web", Assert.Single(changed.EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal((Mode.Audit, false),
            (running.Server.State.Workloads[web].Profile.Mode, running.Server.State.Workloads[web].Profile.ModeIsPinned));
        await Starts(running, "db", Mode.Learn, pinned: false);
    }

    [Fact]
    public async Task A_workload_on_auto_moves_on_from_where_it_is()
    {
        await using var running = await RunningServer.Start(_directory);
        var web = running.Container("shop", "web");
        await running.Until(web, _ => true);
        await running.Post("/v1/mode", """{ "workload": "shop/web", "mode": "audit" }""");
        await running.Post("/v1/mode", """{ "workload": "shop/web", "auto": true }""");
        await running.RunUntil(web, Mode.Protect, () => { });
    }

    [Fact]
    public async Task The_hint_of_a_change_is_the_command_that_undoes_it()
    {
        await using var running = await RunningServer.Start(_directory);
        await Starts(running, "web", Mode.Learn, pinned: false);
        await running.Post("/v1/mode", """{ "workload": "shop/web", "mode": "protect" }""");
        Assert.Equal("bulwark mode shop/web learn", (await running.UntilEvent("mode")).GetProperty("hint").GetString());
    }

    private static async Task<Identity> Starts(RunningServer running, string service, Mode mode, bool pinned)
    {
        var workload = running.Container("shop", service);
        var state = await running.Until(workload, _ => true);
        Assert.Equal((mode, pinned), (state.Profile.Mode, state.Profile.ModeIsPinned));
        return workload.Identity;
    }
}
