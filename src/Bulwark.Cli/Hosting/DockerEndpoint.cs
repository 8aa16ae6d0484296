using Bulwark.Runtimes.Docker;

namespace Bulwark.Cli.Hosting;

/// <summary>The address of a Docker daemon, as a person typed it.</summary>
internal static class DockerEndpoint
{
    private const string HostVariable = "DOCKER_HOST";
    private const string Prefix = "unix://";

    /// <summary>The daemon that has a person's images, as the docker command finds it: what the environment says, Docker's own socket; or podman's, where there is no other.</summary>
    /// <param name="variable">The environment.</param>
    /// <param name="exists">Whether there is such a socket.</param>
    public static string OfPerson(Func<string, string?> variable, Func<string, bool> exists)
    {
        if (variable(HostVariable) is { Length: > 0 } host)
            return host;
        string[] podman = [$"{variable("XDG_RUNTIME_DIR")}/podman/podman.sock", "/run/podman/podman.sock"];
        return !exists(UpOptions.DefaultDockerSocket[Prefix.Length..]) && Array.Find(podman, exists.Invoke) is { } socket ? Prefix + socket : UpOptions.DefaultDockerSocket;
    }

    /// <summary>A client for the daemon, which is not asked yet.</summary>
    /// <param name="command">What was typed, without the address.</param>
    /// <exception cref="CommandFailure">It is no address of a daemon.</exception>
    public static DockerClient Open(string address, string command)
    {
        try
        {
            return new DockerClient(address);
        }
        catch (FormatException e)
        {
            throw new CommandFailure("that is no Docker daemon", e)
            {
                Cause = e.Message,
                Code = ExitCode.Usage,
                Hint = $"{command} --docker unix:///var/run/docker.sock",
            };
        }
    }
}
