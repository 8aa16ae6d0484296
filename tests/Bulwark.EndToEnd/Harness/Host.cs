using System.Diagnostics;
using Bulwark.EndToEnd.Scenarios;

namespace Bulwark.EndToEnd.Harness;

/// <summary>A container host: a machine with its own Docker, connected to <see cref="Outside"/>.</summary>
public sealed class Host
{
    /// <summary>The image that all containers run; other names are tags of it.</summary>
    public const string Image = "bulwark/three-tier";

    private readonly Sandbox _sandbox;

    private Host(Sandbox sandbox, Machine machine, Outside outside, int number)
    {
        _sandbox = sandbox;
        Machine = machine;
        Outside = outside;
        Address = $"203.0.113.{number}";
        Address6 = $"2001:db8:113::{number}";
    }

    public Machine Machine { get; }

    public Outside Outside { get; }

    public Sandbox Sandbox => _sandbox;

    /// <summary>Its address towards the outside.</summary>
    public string Address { get; }

    public string Address6 { get; }

    /// <summary>The address of its Docker, as <c>bulwark up --docker</c> takes it.</summary>
    public string DockerAddress => "unix://" + _sandbox.PathOf(Machine.Name + ".sock");

    /// <summary>Starts a host. <paramref name="number"/> (10 to 19) tells hosts apart: it ends their addresses.</summary>
    /// <param name="asks">The name of the Bulwark that its Docker asks, by way of the authorization plugin; null if it asks none.</param>
    public static async Task<Host> StartAsync(
        Sandbox sandbox, Outside outside, int number, ControlGroups controlGroups = ControlGroups.AsIs, string? asks = null,
        params IReadOnlyList<string> dockerOptions)
    {
        var machine = await Machine.StartAsync(sandbox, $"host{number}", controlGroups);
        await outside.ConnectAsync(machine, number);
        var host = new Host(sandbox, machine, outside, number);
        if (asks is not null)
            await host.StartPluginAsync(asks);
        await host.StartDockerAsync(number, asks is null ? dockerOptions : [.. dockerOptions, "--authorization-plugin=bulwark"]);
        await host.ImportAsync();
        return host;
    }

    /// <summary>Runs a docker command on this host's Docker.</summary>
    public Task<CommandResult> DockerAsync(params IReadOnlyList<string> words) => Command.RunAsync(["docker", "-H", DockerAddress, .. words]);

    /// <summary>Runs a bash script in a container.</summary>
    public Task<CommandResult> ExecAsync(string container, string script) => DockerAsync("exec", container, "bash", "-c", script);

    /// <summary>Starts the authorization plugin, which Docker finds below <c>/run/docker/plugins</c>, and waits until it listens.</summary>
    public async Task<Process> StartPluginAsync(string asks, string unanswered = "open")
    {
        var plugin = Machine.Start(
            Machine.Name + ".plugin.log", BulwarkProcess.Executable, "authz", "--unanswered", unanswered, "--socket", BulwarkProcess.FilesOf(this, asks) + "/bulwark.sock");
        await _sandbox.UntilAsync("the plugin listens", TimeSpan.FromSeconds(20), [Machine.Name + ".plugin.log"], async () =>
            (await Machine.BashAsync("curl -sf --unix-socket /run/docker/plugins/bulwark.sock -X POST http://plugin/Plugin.Activate")).Output.Contains("authz", StringComparison.Ordinal));
        return Plugin = plugin;
    }

    /// <summary>The authorization plugin that was started last; null if there is none.</summary>
    public Process? Plugin { get; private set; }

    private async Task StartDockerAsync(int number, IReadOnlyList<string> options)
    {
        var files = _sandbox.PathOf(Machine.Name);
        Directory.CreateDirectory(files);
        Machine.Start(Machine.Name + ".docker.log", [
            "dockerd", "--config-file=", "--data-root", files + "/data", "--exec-root", "/run/docker", "--pidfile",
            "/run/docker.pid", "-H", DockerAddress, "--cgroup-parent", _sandbox.ControlGroupParent, "--exec-opt",
            "native.cgroupdriver=cgroupfs", "--storage-driver", "overlay2", "--dns", Outside.Gateway, "--experimental", "--ip6tables", "--ipv6",
            "--fixed-cidr-v6", $"fd00:{number}::/64", "--bip", "172.17.0.1/16", "--default-address-pool", "base=10.77.0.0/16,size=24",
            "--add-runtime", "bulwark=" + await RuntimeAsync("bulwark-runtime"), "--add-runtime", "bulwark-closed=" + await RuntimeAsync("bulwark-runtime-closed"),
            "--log-level", "warn", .. options]);
        await _sandbox.UntilAsync(
            "Docker answers", TimeSpan.FromSeconds(60), [Machine.Name + ".docker.log"],
            async () => (await DockerAsync("version")).Text.Length > 0);
    }

    // As ./setup installs it, but for the agent that the scenarios about starts have.
    private async Task<string> RuntimeAsync(string script)
    {
        var path = _sandbox.PathOf($"{Machine.Name}/{script}");
        var socket = Path.Combine(BulwarkProcess.FilesOf(this, StartTests.Name), "start.sock");
        var shipped = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy", script));
        await File.WriteAllTextAsync(
            path, shipped.Replace("/usr/local/bin/bulwark runtime", $"{BulwarkProcess.Executable} runtime --start-socket={socket}", StringComparison.Ordinal));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return path;
    }

    private async Task ImportAsync()
    {
        var archive = (await Command.RunAsync(Path.Combine(Repository.Root, "deploy/images/build"))).Text;
        _ = (await DockerAsync("import", archive, Image)).Text;
    }
}
