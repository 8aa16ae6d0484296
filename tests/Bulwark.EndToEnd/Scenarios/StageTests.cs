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

    private sealed record Removed(ThreeTierApplication Application) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await Application.RemoveAsync();
    }
}
