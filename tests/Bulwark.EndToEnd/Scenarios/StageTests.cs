using Bulwark.EndToEnd.Harness;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>Without Bulwark everything reaches everything: what the other scenarios find blocked, Bulwark blocked.</summary>
public sealed class StageTests(Stage stage)
{
    [Fact]
    public async Task Without_bulwark_the_application_serves_its_users_over_IPv4_and_IPv6()
    {
        await using var shop = new Removed(await ThreeTierApplication.StartAsync(stage.Host, "plain", 8081));

        Assert.Contains("\"databases\": [\"plain\", \"orders\"]", (await stage.Outside.CurlAsync(shop.Application.Url)).Text, StringComparison.Ordinal);
        Assert.Contains("visits", (await stage.Outside.CurlAsync(shop.Application.Url6)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_bulwark_a_container_reaches_every_neighbour_and_the_world()
    {
        await using var removed = new Removed(await ThreeTierApplication.StartAsync(stage.Host, "open", 8082));
        var shop = removed.Application;
        string[] probes =
        [
            Probe.Tcp("db", 5432), Probe.Tcp(await shop.Address6Async("db"), 5432), Probe.Ping("proxy"), Probe.Ping(await shop.Address6Async("proxy")),
            Probe.Tcp(Outside.StrangerAddress, 80), Probe.Tcp(Outside.StrangerAddress6, 80), Probe.Udp(Outside.StrangerAddress, 4444),
            Probe.Udp(Outside.StrangerAddress6, 4444), Probe.Ping(Outside.StrangerAddress), Probe.Ping(Outside.StrangerAddress6),
            Probe.Tcp(Outside.DatabaseAlias, 5432), Probe.Tcp(Outside.ApiName, 443),
        ];

        foreach (var probe in probes)
        {
            var result = await shop.ExecAsync("cache", probe);
            Assert.True(result.Succeeded, result.ToString());
        }
    }

    [Fact]
    public async Task Without_bulwark_a_host_with_control_groups_of_version_2_only_runs_the_application()
    {
        await using var sandbox = await Sandbox.CreateAsync();
        var host = await Host.StartAsync(sandbox, stage.Outside, 11, ControlGroups.Unified);

        var shop = await ThreeTierApplication.StartAsync(host, "unified", 8083);

        Assert.Equal("2", (await host.DockerAsync("info", "-f", "{{.CgroupVersion}}")).Text);
        Assert.Contains("visits", (await shop.VisitAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_test_run_left_behind_is_removed_by_the_next()
    {
        var stale = await Sandbox.CreateAsync();
        var process = stale.Start("sleep.log", "sleep", "infinity");
        await Poll.UntilAsync(
            "the process is in the sandbox's control group", TimeSpan.FromSeconds(5),
            async () => (await File.ReadAllTextAsync($"/proc/{process.Id}/cgroup")).Contains(stale.ControlGroupParent, StringComparison.Ordinal));
        stale.Abandon();

        await using var next = await Sandbox.CreateAsync();

        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(5)), "its processes end");
        Assert.False(Directory.Exists(stale.Directory), "its files are gone");
    }

    private sealed record Removed(ThreeTierApplication Application) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Application.RemoveAsync();
    }
}
