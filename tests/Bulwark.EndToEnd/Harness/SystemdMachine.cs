using System.Globalization;

namespace Bulwark.EndToEnd.Harness;

/// <summary>
/// A machine that a real systemd has booted, with Bulwark's units and Docker's: its processes, files, control groups and network are its own. Nothing of it
/// stays when its sandbox goes.
/// </summary>
public sealed class SystemdMachine
{
    private static readonly TimeSpan s_bootLimit = TimeSpan.FromSeconds(90);

    private readonly Sandbox _sandbox;
    private readonly int _init;

    private SystemdMachine(Sandbox sandbox, int init)
    {
        _sandbox = sandbox;
        _init = init;
    }

    /// <summary>Boots it, and waits until all that is switched on has been started, or has failed.</summary>
    public static async Task<SystemdMachine> BootAsync(Sandbox sandbox)
    {
        if (!File.Exists("/lib/systemd/systemd"))
            throw new FileNotFoundException("There is no systemd: run ./setup, or apt-get install systemd.");
        if (!File.Exists(BulwarkProcess.Executable))
            throw new FileNotFoundException($"There is no {BulwarkProcess.Executable}: build it with deploy/publish, or run ./test.");
        var image = (await Command.RunAsync(Path.Combine(Repository.Root, "deploy/images/build"))).Text;
        // systemd makes control groups of its own, below the one in which its control group namespace begins.
        const string script =
            """
            group=/sys/fs/cgroup/unified
            [ -d $group ] || group=/sys/fs/cgroup
            group=$group$1
            mkdir "$group/machine"
            shift
            exec unshare --fork --kill-child --pid --mount --propagation private --uts --ipc --net \
                bash -euc 'echo 0 > "$1/cgroup.procs"; shift; exec unshare --cgroup bash "$@"' bash "$group/machine" "$@"
            """;
        var outer = sandbox.Start(
            "systemd.log", "bash", "-euc", script, "bash", sandbox.ControlGroupParent, Path.Combine(AppContext.BaseDirectory, "systemd-machine"),
            sandbox.PathOf("systemd"), BulwarkProcess.Executable, Path.Combine(Repository.Root, "deploy"), image);
        SystemdMachine? machine = null;
        await sandbox.UntilAsync("systemd runs", s_bootLimit, ["systemd.log"], async () =>
        {
            var children = await File.ReadAllTextAsync(string.Create(CultureInfo.InvariantCulture, $"/proc/{outer.Id}/task/{outer.Id}/children"));
            var init = int.Parse(children.Trim(), CultureInfo.InvariantCulture);
            machine = new(sandbox, init);
            return (await File.ReadAllTextAsync(string.Create(CultureInfo.InvariantCulture, $"/proc/{init}/comm"))).Trim() == "systemd";
        });
        await sandbox.UntilAsync("the machine has booted", s_bootLimit, ["systemd.log"], async () =>
            (await machine!.RunAsync("systemctl", "is-system-running")).Output.Trim() is "running" or "degraded");
        return machine!;
    }

    /// <summary>Runs a program on it to its end.</summary>
    public Task<CommandResult> RunAsync(params IReadOnlyList<string> words) => _sandbox.RunAsync([
        "nsenter", "--target", _init.ToString(CultureInfo.InvariantCulture), "--pid", "--mount", "--uts", "--ipc", "--net", "--root", "--wd", "--",
        "env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", .. words]);

    /// <summary>Runs a bash script on it.</summary>
    public Task<CommandResult> BashAsync(string script, params IReadOnlyList<string> arguments) => RunAsync(["bash", "-euc", script, "bash", .. arguments]);

    /// <summary>One property of a unit, as systemd tells it.</summary>
    public async Task<string> PropertyAsync(string unit, string property) => (await RunAsync("systemctl", "show", "-P", property, unit)).Text;

    /// <summary>The last lines of units' logs, for messages.</summary>
    public async Task<string> JournalAsync(params IReadOnlyList<string> units) =>
        (await RunAsync(["journalctl", "--no-pager", "-n", "60", .. units.Select(unit => "-u" + unit)])).Output;
}
