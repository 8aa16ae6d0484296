using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Runtimes.Docker;

namespace Bulwark.Images.Sources;

/// <summary>An image that a Docker daemon (or podman's Docker API) has. It is streamed out of the daemon, without a copy on disk here.</summary>
public sealed class DockerSource(string endpoint, string name) : IImageSource
{
    public async Task<Image> ReadAsync(IReadOnlyList<IFileAnalyser> analysers, ArchiveLimits limits, CancellationToken cancel)
    {
        try
        {
            using var client = new DockerClient(endpoint);
            var stream = await client.ExportImageAsync(name, cancel).ConfigureAwait(false)
                ?? throw new ImageException(
                    $"there is no image '{name}'", $"neither a file, nor a directory, nor an image of the Docker daemon on {endpoint}",
                    $"docker pull {name}")
                { IsMissing = true };
            await using (stream.ConfigureAwait(false))
            {
                var choice = new ImageChoice($"the image {name}");
                var image = await Task.Run(() => new ArchiveStreamReader(choice, analysers, limits).Read(stream, cancel), cancel).ConfigureAwait(false);
                return image with { Name = name, Origin = $"Docker, {endpoint}" };
            }
        }
        catch (DockerException e)
        {
            throw new ImageException($"cannot read the image '{name}' from Docker", e.Message, "docker info", e) { IsMissing = e.Status is null && !e.IsTimeout };
        }
        catch (IOException e)
        {
            throw new ImageException($"cannot read the image '{name}' from Docker", $"the daemon on {endpoint} stopped in the middle: {e.Message}", "", e);
        }
    }
}
