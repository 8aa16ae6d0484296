using System.Globalization;
using Bulwark.EndToEnd.Harness;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>Packets of open connections go from one container right to another, as long as nobody wants to see them on the bridge.</summary>
public sealed class DirectWayTests(ProtectedShop protectedShop) : IClassFixture<ProtectedShop>
{
    private readonly ThreeTierApplication _shop = protectedShop.Shop;

    [Fact]
    public async Task An_open_connection_passes_by_the_bridge_and_takes_it_while_somebody_sniffs_there()
    {
        await protectedShop.Host.Machine.LetIptablesSeeBridgesAsync(false); // a swarm's network had them see all
        var index = (await _shop.ExecAsync("cache", "cat /sys/class/net/eth0/iflink")).Text;
        var port = (await protectedShop.Host.Machine.BashAsync("ip -o link | sed -n \"s/^$1: \\([^@:]*\\).*/\\1/p\"", index)).Text;
        var bridge = (await protectedShop.Host.Machine.BashAsync("basename \"$(readlink -f \"/sys/class/net/$1/master\")\"", port)).Text;
        var holding = await Load.StartAsync(_shop, "web", LoadKind.Hold, await _shop.AddressAsync("cache"), 6379);

        await UntilAsync("requests go past the bridge", share => share < 0.2);
        await protectedShop.Host.Machine.RunAsync("ip", "link", "set", bridge, "promisc", "on");
        await UntilAsync("requests take the bridge", share => share > 0.9);
        await protectedShop.Host.Machine.RunAsync("ip", "link", "set", bridge, "promisc", "off");
        await UntilAsync("requests go past the bridge again", share => share < 0.2);

        var held = await holding.StopAsync();
        Assert.Equal((0, ""), (held.Failed, held.Why));
        return;

        // Packets that the bridge brings to the cache, to the requests that it answers.
        async Task UntilAsync(string what, Func<double, bool> isRight) => await Poll.UntilAsync(what, TimeSpan.FromSeconds(20), async () =>
        {
            var (packets, requests) = (await BridgedAsync(port), (await holding.ReadAsync()).Succeeded);
            await Task.Delay(TimeSpan.FromSeconds(1));
            return isRight((double)(await BridgedAsync(port) - packets) / ((await holding.ReadAsync()).Succeeded - requests));
        });
    }

    private async Task<long> BridgedAsync(string port) => long.Parse(
        (await protectedShop.Host.Machine.RunAsync("cat", $"/sys/class/net/{port}/statistics/tx_packets")).Text, CultureInfo.InvariantCulture);
}
