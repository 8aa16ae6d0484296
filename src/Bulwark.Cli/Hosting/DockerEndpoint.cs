using Bulwark.Runtimes.Docker;

namespace Bulwark.Cli.Hosting;

/// <summary>The address of a Docker daemon, as a person typed it.</summary>
internal static class DockerEndpoint
{
    /// <summary>A client for the daemon, which is not asked yet.</summary>
    /// <param name="command">What was typed, without the address.</param>
    /// <exception cref="CommandFailure">It is no address of a daemon.</exception>
    public static DockerClient Open(string address, string command)
    {
        try
        {
            return new DockerClient(address);
        }
        catch (ArgumentException e)
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
