using Bulwark.Images.Layers;
using Bulwark.Images.Sources.Wire;
using Bulwark.Runtimes.Docker;

namespace Bulwark.Images.Sources;

/// <summary>An image that a Docker daemon (or podman's Docker API) has. It is streamed out of the daemon, without a copy on disk here.</summary>
public sealed class DockerSource(string endpoint, string name) : IImageSource
{
    public async Task<Image> ReadAsync(LayerReading reading, CancellationToken cancel)
    {
        try
        {
            using var client = Connect(endpoint);
            if (await FindKnownAsync(client, reading, cancel).ConfigureAwait(false) is { } known)
                return await WithBasesAsync(client, known, reading, cancel).ConfigureAwait(false);
            var stream = await client.ExportImageAsync(name, cancel).ConfigureAwait(false)
                ?? throw new ImageException(
                    $"there is no image '{name}'", $"neither a file, nor a directory, nor an image of the Docker daemon on {endpoint}",
                    $"docker pull {name}")
                { IsMissing = true };
            await using (stream.ConfigureAwait(false))
            {
                var choice = new ImageChoice($"the image {name}");
                var image = await Task.Run(() => new ArchiveStreamReader(choice, reading).Read(stream, cancel), cancel).ConfigureAwait(false);
                if (image.Configuration is { } configuration)
                    reading.Cache?.KeepNote(StepsOf(image.Id), string.Concat(configuration.History.Select(step => step.MakesLayer ? '1' : '0')));
                return await WithBasesAsync(client, image, reading, cancel).ConfigureAwait(false);
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

    /// <exception cref="ImageException">It is no address of a daemon.</exception>
    internal static DockerClient Connect(string endpoint)
    {
        try
        {
            return new DockerClient(endpoint);
        }
        catch (FormatException e)
        {
            throw new ImageException("that is no Docker daemon", e.Message, $"name a socket of this machine: --docker {DockerClient.DefaultEndpoint}", e);
        }
    }

    private static string StepsOf(string id) => $"steps of {id} that make layers";

    private async Task<Image> WithBasesAsync(DockerClient client, Image image, LayerReading reading, CancellationToken cancel)
    {
        var named = image with { Name = name, Origin = $"Docker, {endpoint}" };
        try
        {
            return named with { Bases = await BaseImages.OfAsync(client, image, reading.Cache, cancel).ConfigureAwait(false) };
        }
        catch (DockerException)
        {
            // What it was built on stays unknown, as it is for every image that comes from elsewhere.
            return named;
        }
    }

    // The daemon takes seconds to pack an image up. If all of its layers are known, what it says about the image is enough; only which steps made
    // layers it does not say, and a configuration is not kept, as there may be secrets in it.
    private async Task<Image?> FindKnownAsync(DockerClient client, LayerReading reading, CancellationToken cancel)
    {
        if (reading.Cache is not { } cache || await client.DescribeImageAsync(name, cancel).ConfigureAwait(false) is not { } description
            || Json.Parse(description, ImageJsonContext.Default.DescribedImageJson, "its description") is not { Id: { } id } described
            || cache.FindNote(StepsOf(id)) is not { } makesLayer || await client.DescribeHistoryAsync(id, cancel).ConfigureAwait(false) is not { } steps)
            return null;
        var configuration = ConfigurationReader.Of(described, Json.Parse(steps, ImageJsonContext.Default.DescribedStepJsonArray, "its history"), makesLayer);
        if (configuration is null)
            return null;
        var layers = new List<Layer>();
        foreach (var diffId in configuration.DiffIds)
        {
            if (reading.Known(diffId, "") is not { } layer)
                return null;
            layers.Add(layer);
        }
        return new(name, id, configuration, [.. layers]) { ClaimedBase = configuration.Labels.GetValueOrDefault(ImageAssembler.BaseName, "") };
    }
}
