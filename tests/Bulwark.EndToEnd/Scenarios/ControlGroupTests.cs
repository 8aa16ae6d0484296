using Bulwark.EndToEnd.Harness;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>A host with control groups of version 2 only, as current distributions have it.</summary>
public sealed class ControlGroupTests(Stage stage)
{
    [Fact]
    public async Task Containers_run_and_are_seen_where_control_groups_are_version_2_only()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var host = await Host.StartAsync(sandbox, stage.Outside, 11, ControlGroups.Unified);
        var shop = await ThreeTierApplication.StartAsync(host, "unified", 8080);
        await using var bulwark = await BulwarkProcess.StartAsync(host, "unified");

        await shop.WaitAsync();

        await Poll.UntilAsync("web is on the map", TimeSpan.FromSeconds(30), async () =>
        {
            _ = await shop.VisitAsync();
            return (await bulwark.MapAsync()).Conversations.Any(each =>
                each is { Client: "unified/web", Server: "unified/db" } && each.ClientExecutables.Any(path => path.Contains("python", StringComparison.Ordinal)));
        });
    }
}
