using System.Runtime.ExceptionServices;
using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Images.Sources.Wire;

namespace Bulwark.Images.Sources;

/// <summary>Reads the layers of a manifest, several at a time, each once however often it is listed.</summary>
internal static class LayerSet
{
    /// <param name="parallel">How many at a time.</param>
    /// <param name="read">Reads one, or gives null if there is none; called on several threads.</param>
    /// <exception cref="ArchiveException">There are too many.</exception>
    public static Dictionary<string, Layer> Read(
        ManifestJson manifest, ArchiveLimits limits, int parallel, Func<DescriptorJson, Layer?> read, CancellationToken cancel)
    {
        var descriptors = (manifest.Layers ?? []).Where(item => Digest.IsValid(item?.Digest)).DistinctBy(item => item.Digest).ToList();
        if (manifest.Layers?.Length > limits.Layers)
            throw new ArchiveException($"it has more than {limits.Layers} layers");
        var layers = new Layer?[descriptors.Count];
        try
        {
            Parallel.For(0, descriptors.Count, new() { MaxDegreeOfParallelism = parallel, CancellationToken = cancel }, index => layers[index] = read(descriptors[index]));
        }
        catch (AggregateException e)
        {
            // The first reason is as good as all of them together.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
        return descriptors.Zip(layers).Where(pair => pair.Second is not null).ToDictionary(pair => pair.First.Digest!, pair => pair.Second!);
    }
}
