using System.Diagnostics;
using Bulwark.EndToEnd.Harness;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary><c>bulwark demo</c>, as a newcomer runs it.</summary>
public sealed class DemoTests(Stage stage)
{
    private const string Remnants =
        """
        docker -H "$1" ps -a --format '{{.Names}}' | grep bulwark-demo || true
        docker -H "$1" network ls --format '{{.Name}}' | grep bulwark-demo || true
        docker -H "$1" image ls --format '{{.Repository}}' | grep bulwark-demo || true
        ls -d /run/bulwark-demo* /sys/fs/bpf/bulwark-demo 2> /dev/null || true
        for interface in $(ls /sys/class/net); do tc filter show dev "$interface" ingress; tc qdisc show dev "$interface" clsact; done
        bpftool cgroup tree "$2" | tail -n +2 | grep -e connect_ipv -e bind_ipv || true
        """;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task The_demonstration_shows_a_blocked_attack_and_leaves_nothing_behind()
    {
        var before = await RemnantsAsync();
        using var demo = Start("demo.log");

        Assert.True(demo.WaitForExit(s_limit), await LogAsync("demo.log"));
        var told = await LogAsync("demo.log");
        Assert.True(demo.ExitCode == 0, told);
        Assert.Contains("bulwark-demo/web", told, StringComparison.Ordinal);
        Assert.Matches(@"database:6379 not reached: Connection refused", told);
        Assert.Matches(@"blocked +bulwark-demo/report +-> bulwark-demo/database .*6379/tcp", told);
        Assert.Matches(@"\$ bulwark allow \d+", told);
        Assert.Matches(@"\d+ visits, none failed", told);
        Assert.Equal(before, await RemnantsAsync());
    }

    [Fact]
    public async Task A_demonstration_that_is_interrupted_leaves_nothing_behind()
    {
        var before = await RemnantsAsync();
        using var demo = Start("interrupted.log");
        await Poll.UntilAsync("it learns", s_limit, async () => (await LogAsync("interrupted.log")).Contains("$ bulwark up", StringComparison.Ordinal));

        _ = (await Command.RunAsync("kill", "-INT", demo.Id.ToString(System.Globalization.CultureInfo.InvariantCulture))).Text;

        Assert.True(demo.WaitForExit(s_limit), await LogAsync("interrupted.log"));
        Assert.Equal(130, demo.ExitCode);
        Assert.Equal(before, await RemnantsAsync());
    }

    [Fact]
    public async Task A_demonstration_beside_a_running_bulwark_touches_nothing_and_says_what_to_do()
    {
        await using var bulwark = await BulwarkProcess.StartAsync(stage.Host, "beside");

        var refused = await bulwark.RunAsync("demo", "--docker", stage.Host.DockerAddress);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Bulwark runs on this machine already", refused.Error, StringComparison.Ordinal);
        Assert.Contains("bulwark down", refused.Error, StringComparison.Ordinal);
        Assert.True((await bulwark.StatusAsync()).Agent.Runtimes.All(each => each.Connected));
    }

    private Process Start(string log) =>
        stage.Host.Machine.Start(log, BulwarkProcess.Executable, "demo", "--docker", stage.Host.DockerAddress);

    private async Task<string> LogAsync(string log)
    {
        var path = stage.Host.Sandbox.PathOf(log);
        return File.Exists(path) ? await File.ReadAllTextAsync(path) : "";
    }

    private async Task<string> RemnantsAsync() => (await stage.Host.Machine.BashAsync(
        Remnants, stage.Host.DockerAddress, File.Exists("/sys/fs/cgroup/cgroup.procs") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified")).Text;
}
