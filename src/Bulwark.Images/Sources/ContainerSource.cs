using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Images.Running;
using Bulwark.Images.Sources.Wire;
using Bulwark.Runtimes.Docker;

namespace Bulwark.Images.Sources;

/// <summary>
/// A container as it is now, running or not: its files with all that was changed since it was made (without its volumes), and how it is
/// run. The daemon gives its files in one piece, so that everything is of one layer.
/// </summary>
public sealed class ContainerSource(string endpoint, string idOrName) : IImageSource
{
    public async Task<Image> ReadAsync(LayerReading reading, CancellationToken cancel)
    {
        try
        {
            using var client = DockerSource.Connect(endpoint);
            if (await client.DescribeContainerAsync(idOrName, cancel).ConfigureAwait(false) is not { } description
                || await client.ExportContainerAsync(idOrName, cancel).ConfigureAwait(false) is not { } stream)
                throw new ImageException($"there is no container '{idOrName}'", $"the Docker daemon on {endpoint} has none of that name", "docker ps") { IsMissing = true };
            await using (stream.ConfigureAwait(false))
            {
                var container = Json.Parse(description, ImageJsonContext.Default.ContainerJson, "its description");
                var layer = await Task.Run(() => new LayerReader(reading).Read(stream, cancel), cancel).ConfigureAwait(false);
                return new Image($"container {(container.Name ?? idOrName).TrimStart('/')}", container.Image ?? "", ConfigurationReader.Of(container), [layer])
                {
                    Origin = $"Docker, {endpoint}",
                    Running = container is { Id: { } id, State: { Running: true, Pid: var first } } ? RunningProcesses.Of(id, first) : null,
                };
            }
        }
        catch (DockerException e)
        {
            throw new ImageException($"cannot read the container '{idOrName}' from Docker", e.Message, "docker info", e);
        }
        catch (Exception e) when (e is IOException or ArchiveException)
        {
            throw new ImageException($"cannot read the container '{idOrName}' from Docker", $"the daemon on {endpoint} stopped in the middle: {e.Message}", "", e);
        }
    }
}
