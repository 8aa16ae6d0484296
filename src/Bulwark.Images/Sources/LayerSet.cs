using System.Runtime.ExceptionServices;
using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Images.Sources.Wire;

namespace Bulwark.Images.Sources;

/// <summary>Reads the layers of a manifest, several at a time, each once however often it is listed.</summary>
internal static class LayerSet
{
    /// <param name="configuration">The image's configuration, which says what is in its layers; null if it is missing.</param>
    /// <param name="parallel">How many at a time.</param>
    /// <param name="read">Reads one, or gives null if there is none; called on several threads.</param>
    /// <exception cref="ArchiveException">There are too many.</exception>
    public static Dictionary<string, Layer> Read(
        ManifestJson manifest, byte[]? configuration, LayerReading reading, int parallel, Func<DescriptorJson, Layer?> read, CancellationToken cancel)
    {
        var descriptors = (manifest.Layers ?? []).Where(item => Digest.IsValid(item?.Digest)).DistinctBy(item => item.Digest).ToList();
        if (manifest.Layers?.Length > reading.Limits.Layers)
            throw new ArchiveException($"it has more than {reading.Limits.Layers} layers");
        var diffIds = DiffIds(manifest, configuration);
        var layers = new Layer?[descriptors.Count];
        try
        {
            Parallel.For(0, descriptors.Count, new() { MaxDegreeOfParallelism = parallel, CancellationToken = cancel }, index =>
            {
                var descriptor = descriptors[index];
                layers[index] = reading.Known(diffIds.GetValueOrDefault(descriptor.Digest!, ""), descriptor.Digest!) ?? read(descriptor);
            });
        }
        catch (AggregateException e)
        {
            // The first reason is as good as all of them together.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        return descriptors.Zip(layers).Where(pair => pair.Second is not null).ToDictionary(pair => pair.First.Digest!, pair => pair.Second!);
    }

    // Checked against its digest where the image is put together; whoever forges it gets the layers that it names.
    private static Dictionary<string, string> DiffIds(ManifestJson manifest, byte[]? configuration)
    {
        var diffIds = new Dictionary<string, string>(StringComparer.Ordinal);
        if (configuration is null || Digest.Of(configuration) != manifest.Config?.Digest)
            return diffIds;
        var promised = ConfigurationReader.Read(configuration).DiffIds;
        if (promised.Length == manifest.Layers?.Length)
        {
            foreach (var (layer, diffId) in manifest.Layers.Zip(promised))
                diffIds.TryAdd(layer?.Digest ?? "", diffId);
        }
        return diffIds;
    }
}
