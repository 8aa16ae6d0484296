using System.Globalization;
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

    // BULWARK_TEST_KILLS says how often, if ten times are not enough. Some deaths are in the middle of the start.
    [Fact]
    public async Task It_dies_again_and_again_under_load_and_nothing_wrong_passes_and_nothing_right_fails()
    {
        var kills = int.TryParse(Environment.GetEnvironmentVariable("BULWARK_TEST_KILLS"), CultureInfo.InvariantCulture, out var asked) ? asked : 10;
        var random = new Random(4711);
        await using var visitors = Visitors.Of(_shop);
        var forbidden = await Load.StartAsync(_shop, "cache", LoadKind.Knock, await _shop.AddressAsync("db"), 5432);
        var asking = await Load.StartAsync(_shop, "web", LoadKind.Ask, await _shop.AddressAsync("cache"), 6379);
        var holding = await Load.StartAsync(_shop, "web", LoadKind.Hold, await _shop.AddressAsync("cache"), 6379);

        for (var kill = 0; kill < kills; kill++)
        {
            await _bulwark.KillAsync();
            if (kill % 2 == 0)
            {
                _bulwark.Launch();
                await Task.Delay(random.Next(1500));
            }
            else
            {
                await _bulwark.UpAsync();
            }
        }
        await _bulwark.KillAsync();
        await _bulwark.UpAsync();
        await visitors.WaitForAsync(5);
        var (knocks, asks, held) = (await forbidden.StopAsync(), await asking.StopAsync(), await holding.StopAsync());

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{kills} deaths: of {knocks.Tried} forbidden attempts {knocks.Succeeded} succeeded; of {asks.Tried} allowed connections " +
            $"{asks.Failed} failed, of {held.Tried} requests over one connection {held.Failed}, of {visitors.Served} visits {visitors.Failures.Count}");
        Assert.Equal(0, knocks.Succeeded);
        Assert.Equal((0, ""), (asks.Failed, asks.Why));
        Assert.Equal((0, ""), (held.Failed, held.Why));
        Assert.Empty(visitors.Failures);
        Assert.Equal(Mode.Protect, (await _bulwark.WorkloadAsync("shop/cache"))?.Mode);
    }

    [Fact]
    public async Task Somebody_who_takes_the_programs_off_an_interface_opens_nothing_and_is_told_of()
    {
        const string RemoveAndWait =
            """
            pins() { find /sys/fs/bpf -name "$(printf 'link_interface_%08x_*' "$(< "/sys/class/net/$1/ifindex")")"; }
            old=$(pins "$1")
            if [[ -z $old ]]; then
                tc qdisc del dev "$1" clsact
            else
                inodes=$(stat -c %i $old)
                for pin in $old; do bpftool link detach pinned "$pin"; done
            fi
            for each in {1..500}; do
                if [[ -z $old ]]; then
                    tc filter show dev "$1" ingress | grep -q from_container && tc filter show dev "$1" egress | grep -q to_container && exit 0
                else
                    new=$(pins "$1")
                    [[ $(wc -w <<< "$new") == 2 ]] && ! stat -c %i $new | grep -qxF "$inodes" && exit 0
                fi
                sleep 0.01
            done
            echo "the programs stay away from $1"
            exit 1
            """;
        var started = DateTimeOffset.UtcNow;
        await using var visitors = Visitors.Of(_shop);
        var forbidden = await Load.StartAsync(_shop, "cache", LoadKind.Knock, await _shop.AddressAsync("db"), 5432);
        var asking = await Load.StartAsync(_shop, "web", LoadKind.Ask, await _shop.AddressAsync("cache"), 6379);

        foreach (var service in (string[])["cache", "db", "web"])
            _ = (await protectedShop.Host.Machine.BashAsync(RemoveAndWait, await InterfaceOfAsync(service))).Text;
        await visitors.WaitForAsync(5);

        foreach (var service in (string[])["cache", "db", "web"])
        {
            await Poll.UntilAsync($"the programs of {service} are told of", TimeSpan.FromSeconds(10), async () =>
                (await _bulwark.EventsAsync(started)).Any(item => item.Kind == "notice" && item.Container == _shop.Container(service) &&
                    item.Workload == _shop.Workload(service) && item.Message.Contains("removed Bulwark's programs", StringComparison.Ordinal)));
        }
        var (knocks, asks) = (await forbidden.StopAsync(), await asking.StopAsync());
        Assert.Equal(0, knocks.Succeeded);
        Assert.Equal((0, ""), (asks.Failed, asks.Why));
        Assert.Empty(visitors.Failures);
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
        var watched = (await _bulwark.StatusAsync()).Agent.Interfaces;
        Assert.Equal(0, await _bulwark.StopAsync());
        await _bulwark.DownAsync();

        await _bulwark.UpAsync();
        await Poll.UntilAsync("all are watched again", TimeSpan.FromSeconds(20), async () => (await _bulwark.StatusAsync()).Agent.Interfaces == watched);

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

    // The host's end of the container's interface.
    private async Task<string> InterfaceOfAsync(string service)
    {
        var index = (await _shop.ExecAsync(service, "cat /sys/class/net/eth0/iflink")).Text;
        return (await protectedShop.Host.Machine.BashAsync("ip -o link | sed -n \"s/^$1: \\([^@:]*\\).*/\\1/p\"", index)).Text;
    }

    private static IEnumerable<string> Keys(Server.Api.Contracts.ProfileReport profile) =>
        profile.Entries.Select(entry => $"{entry.Direction} {entry.Peer} {entry.Port}").Order();
}
