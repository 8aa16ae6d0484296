using Bulwark.Images.Archives;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Sources;

/// <summary>Puts an image together from its configuration and its layers, and checks that they belong together.</summary>
internal static class ImageAssembler
{
    /// <summary>OCI image specification, annotations.md: the base image's reference.</summary>
    internal const string BaseName = "org.opencontainers.image.base.name";

    /// <exception cref="ArchiveException">An image may not have so many layers.</exception>
    public static void CheckCount(int layers, ArchiveLimits limits)
    {
        if (layers > limits.Layers)
            throw new ArchiveException($"it has more than {limits.Layers} layers");
    }

    /// <exception cref="ArchiveException">There are too many layers, or too much in all of them together.</exception>
    /// <param name="layers">The lowest first, each with the blob's digest that the manifest promised (or empty); null where there is none.</param>
    public static Image Assemble(
        string name, string id, ImageConfiguration configuration, IReadOnlyList<(Layer? Layer, string Promised)> layers, ArchiveLimits limits)
    {
        CheckCount(layers.Count, limits);
        // One that is listed often counts as often: all that follows goes over it as often.
        if (layers.Sum(layer => layer.Layer?.KeptBytes ?? 0) > limits.KeptBytes)
            throw new ArchiveException(KeptBytes.Reason(limits));
        var doubts = new List<CannotTell>();
        var diffIds = configuration.DiffIds;
        if (diffIds.Length != layers.Count)
            doubts.Add(new(CannotTellKind.Layer, "", $"the configuration counts {diffIds.Length} layers, and the manifest {layers.Count}"));
        for (var index = 0; index < layers.Count; index++)
        {
            var (layer, promised) = layers[index];
            if (layer is null)
                doubts.Add(new(CannotTellKind.Layer, promised, "the layer is missing") { Layer = index });
            else if (layer.DiffId.Length == 0)
                continue; // Damaged, and says so itself.
            else if (promised.Length > 0 && layer.BlobDigest != promised)
                doubts.Add(new(CannotTellKind.Layer, promised, $"the layer's content is another: {layer.BlobDigest}") { Layer = index });
            else if (index < diffIds.Length && layer.DiffId != diffIds[index])
                doubts.Add(new(CannotTellKind.Layer, diffIds[index], $"the layer's content is another: {layer.DiffId}") { Layer = index });
        }
        return new(name, id, configuration, [.. layers.Select(layer => layer.Layer ?? new Layer())])
        {
            ClaimedBase = configuration.Labels.GetValueOrDefault(BaseName, ""),
            Doubts = [.. doubts],
        };
    }
}
