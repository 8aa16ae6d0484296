using Bulwark.EndToEnd.Harness;
using Bulwark.Model;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary><c>bulwark down</c> leaves the host as it was.</summary>
public sealed class DownTests(Stage stage)
{
    private const string State =
        """
        for interface in $(ls /sys/class/net | sort); do
            for direction in ingress egress; do tc filter show dev "$interface" $direction; done
            tc qdisc show dev "$interface" | grep -c clsact || true
        done
        find /sys/fs/bpf
        bpftool cgroup tree "$1" | tail -n +2
        """;

    [Fact]
    public async Task Down_leaves_no_filter_no_pin_and_no_program_of_a_control_group()
    {
        var shop = await ThreeTierApplication.StartAsync(stage.Host, "transient", 8085);
        var before = await StateAsync();
        await using (var bulwark = await BulwarkProcess.StartAsync(stage.Host, "transient"))
        {
            await bulwark.WaitForModeAsync("transient/web", Mode.Learn, TimeSpan.FromSeconds(20));
            _ = (await bulwark.RunAsync("mode", "--all", "protect")).Text;
            Assert.NotEqual(before, await StateAsync());

            await bulwark.DownAsync();

            Assert.Equal(before, await StateAsync());
            Assert.True((await shop.ExecAsync("cache", Probe.Tcp("db", 5432))).Succeeded, "nothing is blocked any more");
        }
        await shop.RemoveAsync();
    }

    [Fact]
    public async Task Down_works_when_the_server_died()
    {
        var before = await StateAsync();
        await using var bulwark = await BulwarkProcess.StartAsync(stage.Host, "dead");
        await bulwark.KillAsync();

        await bulwark.DownAsync();

        Assert.Equal(before, await StateAsync());
    }

    private async Task<string> StateAsync() =>
        (await stage.Host.Machine.BashAsync(State, File.Exists("/sys/fs/cgroup/cgroup.procs") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified")).Text;
}
