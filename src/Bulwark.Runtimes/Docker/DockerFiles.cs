using System.Text.Json;
using Bulwark.Runtimes.Docker.Wire;

namespace Bulwark.Runtimes.Docker;

/// <summary>
/// What a daemon on this machine keeps in files about a container that it made. It does not answer questions about one that it starts,
/// and it may start one at once, while the file is there before anybody is told of the container. The format is the daemon's own: what
/// cannot be read is left to the daemon's answer.
/// </summary>
/// <param name="root">The daemon's data root.</param>
internal sealed class DockerFiles(string root)
{
    private const int Longest = 4 << 20;

    /// <summary>A container that was never started, or null.</summary>
    public InspectedContainer? FindCreated(string id)
    {
        if (root.Length == 0 || id.Length == 0 || !id.All(char.IsAsciiLetterOrDigit))
            return null;
        try
        {
            var file = new FileInfo(Path.Join(root, "containers", id, "config.v2.json"));
            if (!file.Exists || file.Length > Longest)
                return null;
            var json = JsonSerializer.Deserialize(File.ReadAllBytes(file.FullName), DockerJson.Default.ContainerJson);
            return json?.Config?.Image is { Length: > 0 } && json.State is { Running: false, Pid: 0 }
                ? ContainerMapping.ToContainer(json with { Id = id })
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}
