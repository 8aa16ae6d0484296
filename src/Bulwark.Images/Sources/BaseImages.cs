using System.Collections.Immutable;
using Bulwark.Images.Cache;
using Bulwark.Images.Sources.Wire;
using Bulwark.Runtimes.Docker;

namespace Bulwark.Images.Sources;

/// <summary>
/// Finds the images that one was built on, among those that the same daemon has. That is certain: layers go by digests, and an image whose
/// layers all lie below another's own is what that one began with, whatever either says of itself.
/// </summary>
internal static class BaseImages
{
    // Each has to be asked for; more on one host are rare, and the rest of a scan must not wait for them.
    private const int MostImages = 500;
    private const int MostAtOnce = 8;

    /// <summary>By how many layers are theirs, the fewest first; of several with the same ones, the first by name.</summary>
    /// <exception cref="DockerException">The daemon does not say.</exception>
    public static async Task<ImmutableArray<BaseImage>> OfAsync(DockerClient client, Image image, LayerCache? cache, CancellationToken cancel)
    {
        var own = image.Configuration?.DiffIds ?? [];
        var listed = Json.Parse(await client.DescribeImagesAsync(cancel).ConfigureAwait(false), ImageJsonContext.Default.ListedImageJsonArray, "the list of images")
            .Where(other => other is { Id: { } id } && id != image.Id).Select(other => (Id: other.Id!, Name: (other.RepoTags ?? []).FirstOrDefault(IsName) ?? ""))
            .Where(other => other.Name.Length > 0).Take(MostImages);
        var bases = new List<BaseImage>();
        foreach (var some in listed.Chunk(MostAtOnce))
        {
            var layers = await Task.WhenAll(some.Select(other => LayersAsync(client, other.Id, cache, cancel))).ConfigureAwait(false);
            bases.AddRange(some.Zip(layers).Where(pair => IsBelow(pair.Second, own)).Select(pair => new BaseImage(pair.First.Name, pair.Second.Length)));
        }
        return [.. bases.OrderBy(found => found.Layers).ThenBy(found => found.Name, StringComparer.Ordinal).DistinctBy(found => found.Layers)];
    }

    private static bool IsBelow(string[] layers, ImmutableArray<string> own) =>
        layers.Length > 0 && layers.Length < own.Length && own.AsSpan()[..layers.Length].SequenceEqual(layers);

    // What has lost its name to a newer one is still listed.
    private static bool IsName(string? tag) => tag is { Length: > 0 } && !tag.StartsWith("<none>", StringComparison.Ordinal);

    private static async Task<string[]> LayersAsync(DockerClient client, string id, LayerCache? cache, CancellationToken cancel)
    {
        var note = $"layers of {id}";
        if (cache?.FindNote(note) is { } known)
            return known.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (await client.DescribeImageAsync(id, cancel).ConfigureAwait(false) is not { } description)
            return [];
        var layers = Json.Parse(description, ImageJsonContext.Default.DescribedImageJson, "its description").RootFS?.Layers ?? [];
        if (layers.All(Archives.Digest.IsValid))
            cache?.KeepNote(note, string.Join(' ', layers));
        return layers;
    }
}
