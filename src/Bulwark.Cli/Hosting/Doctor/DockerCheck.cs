using Bulwark.Runtimes.Docker;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>Whether a Docker daemon answers, and how it is set up.</summary>
internal static class DockerCheck
{
    private const string Name = "docker";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    public static async Task<Check> OfAsync(string endpoint, CancellationToken cancel)
    {
        try
        {
            using var client = new DockerClient(endpoint, new() { Answer = s_patience });
            var version = await client.VersionAsync(cancel).ConfigureAwait(false);
            var settings = await client.SettingsAsync(cancel).ConfigureAwait(false);
            var groups = settings.CgroupVersion.Length > 0 ? $" (version {settings.CgroupVersion})" : "";
            return Check.Ok(Name, $"{endpoint}: Docker {version.Engine}, API {version.Spoken}, cgroup driver {settings.CgroupDriver}{groups}, "
                + $"live-restore {(settings.LiveRestore ? "on" : "off")}");
        }
        catch (ArgumentException exception)
        {
            return Check.Missing(Name, $"{endpoint} is no address of a daemon", exception.Message, $"bulwark doctor --docker {UpOptions.DefaultDockerSocket}");
        }
        catch (DockerException exception)
        {
            return Check.Warning(Name, $"{endpoint}: {exception.DaemonMessage}",
                "Its containers are neither watched nor protected; Bulwark waits until it answers", "systemctl start docker");
        }
    }
}
