using Bulwark.Cli.OciRuntime;
using Bulwark.Runtimes.Docker;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>
/// Whether a Docker daemon answers, how it is set up, whether its containers wait for Bulwark before they start, and whether it asks Bulwark.
/// </summary>
internal static class DockerCheck
{
    private const string Name = "docker";
    private const string Runtime = "runtime";
    private const string Plugin = "authorization";
    private const string NotWaiting = "Containers without an interface on a bridge (host network, macvlan, overlay) may talk before they are watched";
    private const string Registering = "See docs/runtime.md: \"runtimes\" and \"default-runtime\" in /etc/docker/daemon.json";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public static async Task<IReadOnlyList<Check>> OfAsync(string endpoint, CancellationToken cancel)
    {
        try
        {
            using var client = new DockerClient(endpoint, new() { Answer = s_patience });
            var version = await client.VersionAsync(cancel).ConfigureAwait(false);
            var settings = await client.SettingsAsync(cancel).ConfigureAwait(false);
            var groups = settings.CgroupVersion.Length > 0 ? $" (version {settings.CgroupVersion})" : "";
            return
            [
                Check.Ok(Name, $"{endpoint}: Docker {version.Engine}, API {version.Spoken}, cgroup driver {settings.CgroupDriver}{groups}, "
                    + $"live-restore {(settings.LiveRestore ? "on" : "off")}"),
                RuntimeOf(endpoint, settings), PluginOf(endpoint, settings),
            ];
        }
        catch (FormatException exception)
        {
            return [Check.Missing(Name, $"{endpoint} is no address of a daemon", exception.Message, $"bulwark doctor --docker {UpOptions.DefaultDockerSocket}")];
        }
        catch (DockerException exception)
        {
            return
            [
                Check.Warning(Name, $"{endpoint}: {exception.DaemonMessage}",
                    "Its containers are neither watched nor protected; Bulwark waits until it answers", "systemctl start docker"),
            ];
        }
    }

    private static Check RuntimeOf(string endpoint, DockerSettings settings)
    {
        var ours = settings.Runtimes.Where(runtime => IsOurs(runtime.Value)).Select(runtime => runtime.Key).Order(StringComparer.Ordinal).ToList();
        if (ours.Contains(settings.DefaultRuntime))
            return Check.Ok(Runtime, $"{endpoint}: containers start with {settings.DefaultRuntime}, which waits until Bulwark watches them");
        return ours.Count > 0
            ? Check.Warning(Runtime, $"{endpoint}: only containers that are run with --runtime {ours[0]} wait until Bulwark watches them", NotWaiting, Registering)
            : Check.Warning(Runtime, $"{endpoint}: no container waits until Bulwark watches it: Docker does not know the runtime bulwark", NotWaiting, Registering);
    }

    private static Check PluginOf(string endpoint, DockerSettings settings)
    {
        if (settings.AuthorizationPlugins.Any(plugin => plugin.StartsWith("bulwark", StringComparison.Ordinal)))
            return Check.Ok(Plugin, $"{endpoint}: Docker asks Bulwark before it starts images and gives containers power over the host");
        return Check.Warning(Plugin, $"{endpoint}: Docker does not ask Bulwark before it starts containers",
            "Images that fail, and containers that give themselves the host (--privileged, docker.sock, host namespaces), start",
            "See docs/authorization.md: systemctl enable --now bulwark-authz.socket, then \"authorization-plugins\" in /etc/docker/daemon.json");
    }

    // The program that ./setup installs (with or without a suffix), or 'bulwark runtime' itself.
    private static bool IsOurs(string command) => command.Split(' ') is [var program, .. var arguments]
        && (Path.GetFileName(program).StartsWith("bulwark-" + RuntimeWrapper.Name, StringComparison.Ordinal)
            || (Path.GetFileName(program) == "bulwark" && arguments is [RuntimeWrapper.Name, ..]));
}
