using System.Globalization;
using Bulwark.EndToEnd.Harness;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>Bulwark as systemd runs it: the units as they are installed, with all that they take from it.</summary>
public sealed class ServiceTests(ServiceTests.Booted machine) : IClassFixture<ServiceTests.Booted>
{
    private const string Service = "bulwark.service";
    private const string Plugin = "bulwark-authz.service";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private SystemdMachine Machine => machine.Machine;

    [Fact]
    public void At_boot_Bulwark_and_the_plugins_socket_are_there_before_Docker_and_nothing_fails()
    {
        var boot = machine.Boot;
        Assert.Equal("", boot.Failed);
        Assert.InRange(boot.Service, 1, boot.Docker);
        Assert.InRange(boot.Socket, 1, boot.Docker);
        // Docker asks what the plugin is good for when it starts.
        Assert.InRange(boot.Plugin, boot.Docker, long.MaxValue);
    }

    [Fact]
    public async Task Doctor_finds_nothing_wrong_with_the_machine()
    {
        var told = (await Machine.RunAsync("bulwark", "doctor")).Text;

        Assert.DoesNotMatch("(?m)^[a-z-]+ +(warning|failed|error) ", told);
        Assert.Contains("systemd          ok", told, StringComparison.Ordinal);
        Assert.Contains("Docker asks Bulwark", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_units_take_from_Bulwark_is_nothing_that_it_needs()
    {
        // Programs in the kernel, the image's scan with its child processes, and what belongs to which package.
        await Poll.UntilAsync("the image is scanned", s_limit, async () =>
            (await BulwarkAsync("profile", "shop/web")).Contains("of netcat-openbsd", StringComparison.Ordinal));

        var status = await BulwarkAsync("status");
        Assert.Contains("lost       nothing", status, StringComparison.Ordinal);
        Assert.DoesNotContain("scan failed", status, StringComparison.Ordinal);
        Assert.Matches("(?m)^shop/web .* 1 critical", status);
        Assert.Contains("shop/web  ->  shop/db", await BulwarkAsync("map"), StringComparison.Ordinal);
        Assert.DoesNotContain("Permission denied", await Machine.JournalAsync(Service, Plugin), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("not permitted", await Machine.JournalAsync(Service, Plugin), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_power_that_no_profile_has_is_refused_by_way_of_the_units()
    {
        var refused = await Machine.RunAsync("docker", "run", "--rm", "--network", "host", "bulwark/three-tier", "true");

        Assert.False(refused.Succeeded);
        Assert.Contains("authorization denied by plugin bulwark", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--privilege host-network", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_in_which_a_rule_of_the_hosts_knows_malware_does_not_start()
    {
        await Poll.UntilAsync("the image is scanned", s_limit, async () => (await BulwarkAsync("status")).Contains(" 1 critical", StringComparison.Ordinal));

        var refused = await Machine.RunAsync("docker", "run", "--rm", "bulwark/three-tier", "true");

        Assert.False(refused.Succeeded);
        Assert.Contains("malware", refused.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_walls_stay_while_the_service_is_stopped_killed_and_started_again()
    {
        await ExpectWallsAsync("running");

        _ = (await Machine.RunAsync("systemctl", "stop", Service)).Text;
        Assert.Equal("inactive", await Machine.PropertyAsync(Service, "ActiveState"));
        Assert.Equal("success", await Machine.PropertyAsync(Service, "Result"));
        await ExpectWallsAsync("stopped");

        _ = (await Machine.RunAsync("systemctl", "start", Service)).Text;
        // Started is ready: it answers at once.
        Assert.Contains("running for", await BulwarkAsync("status"), StringComparison.Ordinal);
        await ExpectWallsAsync("started again");

        await KillAsync(Service, "KILL");
        await ExpectWallsAsync("killed");
        await Poll.UntilAsync("systemd has started it again", s_limit, async () => (await Machine.RunAsync("bulwark", "status")).Succeeded);
        await ExpectWallsAsync("healed");
    }

    [Fact]
    public async Task Taken_down_by_a_person_it_stays_down_until_it_is_started()
    {
        var restarts = await Machine.PropertyAsync(Service, "NRestarts");

        _ = (await Machine.RunAsync("bulwark", "down")).Text;
        await Poll.UntilAsync("it has ended", s_limit, async () => await Machine.PropertyAsync(Service, "ActiveState") == "inactive");
        Assert.Equal("success", await Machine.PropertyAsync(Service, "Result"));
        Assert.Equal(restarts, await Machine.PropertyAsync(Service, "NRestarts"));
        Assert.True(await ReachesAsync(6379), "nothing is blocked any more");

        _ = (await Machine.RunAsync("systemctl", "start", Service)).Text;
        await Poll.UntilAsync("it blocks again", s_limit, async () => !await ReachesAsync(6379));
    }

    [Fact]
    public async Task A_plugin_that_crashes_is_there_again_for_the_next_question()
    {
        var before = await KillAsync(Plugin, "KILL");

        Assert.True((await Machine.RunAsync("docker", "ps")).Succeeded);
        await AnotherPluginAsync(before);
    }

    [Fact]
    public async Task A_plugin_that_was_stopped_is_started_by_the_next_question()
    {
        _ = (await Machine.RunAsync("systemctl", "stop", Plugin)).Text;
        Assert.Equal("inactive", await Machine.PropertyAsync(Plugin, "ActiveState"));

        Assert.True((await Machine.RunAsync("docker", "ps")).Succeeded);
        Assert.Equal("active", await Machine.PropertyAsync(Plugin, "ActiveState"));
    }

    [Fact]
    public async Task A_plugin_that_hangs_is_replaced_and_the_question_that_waited_is_answered()
    {
        var before = await KillAsync(Plugin, "STOP");

        var answered = await Machine.RunAsync("docker", "ps");

        Assert.True(answered.Succeeded, answered.ToString());
        await AnotherPluginAsync(before);
        Assert.Contains("watchdog", await Machine.JournalAsync(Plugin), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task The_plugin_has_no_right_of_roots_and_none_of_its_files()
    {
        var told = (await Machine.BashAsync(
            """
            grep -E '^(CapPrm|CapEff|CapBnd|NoNewPrivs|Seccomp):' "/proc/$1/status" | tr -s '\t' ' '
            for path in /var/lib/bulwark /var/lib/docker /etc/docker /run/docker.sock; do
                ls -A "/proc/$1/root$path" 2> /dev/null | grep -v "/proc/$1/root/run/docker.sock" || true
            done
            """, await MainProcessAsync(Plugin))).Text;

        Assert.Equal("CapPrm: 0000000000000000\nCapEff: 0000000000000000\nCapBnd: 0000000000000000\nNoNewPrivs: 1\nSeccomp: 2", told);
    }

    private async Task<string> MainProcessAsync(string unit) => await Machine.PropertyAsync(unit, "MainPID");

    private async Task<string> KillAsync(string unit, string signal)
    {
        var process = await MainProcessAsync(unit);
        _ = (await Machine.RunAsync("kill", "-" + signal, process)).Text;
        return process;
    }

    private async Task AnotherPluginAsync(string before) => await Poll.UntilAsync("another plugin runs", s_limit, async () =>
        await Machine.PropertyAsync(Plugin, "ActiveState") == "active" && await MainProcessAsync(Plugin) is var now && now != before && now != "0");

    private async Task<string> BulwarkAsync(params string[] words) => (await Machine.RunAsync(["bulwark", .. words])).Text;

    private async Task ExpectWallsAsync(string when)
    {
        Assert.True(await ReachesAsync(5432), $"{when}: what was learnt passes");
        Assert.False(await ReachesAsync(6379), $"{when}: what was not learnt does not pass");
    }

    private async Task<bool> ReachesAsync(int port) =>
        (await Machine.RunAsync("docker", "exec", "web", "nc", "-z", "-w", "2", "db", port.ToString(CultureInfo.InvariantCulture))).Succeeded;

    /// <summary>The machine of all these scenarios, on which a small shop is protected.</summary>
    public sealed class Booted : IAsyncLifetime
    {
        private Sandbox? _sandbox;
        private SystemdMachine? _machine;

        public SystemdMachine Machine => _machine!;

        /// <summary>What systemd said right after boot: later scenarios stop and start the units.</summary>
        public BootRecord Boot { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _sandbox = await Sandbox.CreateAsync();
            try
            {
                _machine = await SystemdMachine.BootAsync(_sandbox);
                Boot = new BootRecord(
                    (await _machine.RunAsync("systemctl", "--failed", "--no-legend", "--plain")).Text,
                    await ActiveSinceAsync(Service), await ActiveSinceAsync("bulwark-authz.socket"), await ActiveSinceAsync(Plugin),
                    await TimeAsync("docker.service", "ExecMainStartTimestampMonotonic"));
                _ = (await _machine.BashAsync(
                    """
                    # For the process in which the image's files are looked at.
                    mkdir /etc/bulwark/yara
                    echo 'rule Netcat { meta: severity = "critical" strings: $a = "ELF" condition: $a at 1 and filename == "nc.openbsd" }' > /etc/bulwark/yara/netcat.yar
                    docker import /image.tar bulwark/three-tier
                    docker network create shop
                    start() {
                        docker run -d --name "$1" --network shop --label com.docker.compose.project=shop --label com.docker.compose.service="$1" \
                            bulwark/three-tier bash -c "$2"
                    }
                    start db 'nc -lk 5432 < /dev/null & exec nc -lk 6379 < /dev/null'
                    start web 'while :; do nc -z -w 1 db 5432; sleep 0.2; done'
                    """)).Text;
                await Poll.UntilAsync("the shop's conversation is learnt", s_limit, async () =>
                    (await _machine.RunAsync("bulwark", "profile", "shop/web")).Output.Contains("5432/tcp", StringComparison.Ordinal));
                _ = (await _machine.BashAsync(
                    """
                    bulwark mode --all protect
                    # So that this test may look from there.
                    bulwark allow shop/web --privilege exec
                    """)).Text;
            }
            catch (Exception e) when (_machine is not null && e is not OutOfMemoryException)
            {
                var journal = await _machine.JournalAsync(Service, Plugin, "docker.service");
                await _sandbox.DisposeAsync();
                throw new InvalidOperationException($"{e.Message}\n{journal}", e);
            }
            catch
            {
                await _sandbox.DisposeAsync();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_sandbox is not null)
                await _sandbox.DisposeAsync();
        }

        private Task<long> ActiveSinceAsync(string unit) => TimeAsync(unit, "ActiveEnterTimestampMonotonic");

        private async Task<long> TimeAsync(string unit, string property) =>
            long.Parse(await Machine.PropertyAsync(unit, property), CultureInfo.InvariantCulture);
    }

    /// <summary>The units that failed at boot, and since when each is there, in microseconds since the kernel started.</summary>
    public sealed record BootRecord(string Failed, long Service, long Socket, long Plugin, long Docker);
}
