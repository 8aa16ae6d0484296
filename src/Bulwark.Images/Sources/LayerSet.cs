using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Images.Sources.Wire;

namespace Bulwark.Images.Sources;

/// <summary>Reads the layers of an image, several at a time, each once however often it is listed.</summary>
internal static class LayerSet
{
    /// <summary>How many are read at a time where nothing is waited for: each takes a core, and the memory for a file.</summary>
    public static int AtATime { get; } = Math.Min(4, Environment.ProcessorCount);

    /// <param name="configuration">The image's configuration, which says what is in its layers; null if it is missing.</param>
    /// <param name="parallel">How many at a time.</param>
    /// <param name="read">Reads one, whose unpacked tar is promised to have this digest (empty if that is not known), or gives null if there is none; called on several threads.</param>
    /// <exception cref="ArchiveException">There are too many.</exception>
    public static Dictionary<string, Layer> Read(
        ManifestJson manifest, byte[]? configuration, LayerReading reading, int parallel, Func<DescriptorJson, string, Layer?> read, CancellationToken cancel)
    {
        var descriptors = (manifest.Layers ?? []).Where(item => Digest.IsValid(item?.Digest)).DistinctBy(item => item.Digest).ToList();
        if (manifest.Layers?.Length > reading.Limits.Layers)
            throw new ArchiveException($"it has more than {reading.Limits.Layers} layers");
        var diffIds = DiffIds(manifest, configuration);
        string DiffId(DescriptorJson descriptor) => diffIds.GetValueOrDefault(descriptor.Digest!, "");
        var layers = Read(
            descriptors, parallel, descriptor => reading.Known(DiffId(descriptor), descriptor.Digest!), descriptor => descriptor.Size ?? 0,
            descriptor => read(descriptor, DiffId(descriptor)), cancel);
        return descriptors.Zip(layers).Where(pair => pair.Second is not null).ToDictionary(pair => pair.First.Digest!, pair => pair.Second!);
    }

    /// <param name="layers">The lowest first.</param>
    /// <param name="known">Gives what is known of one already; null if nothing is.</param>
    /// <param name="size">About how long it takes to read one.</param>
    /// <returns>A layer for each of them; null where there is none.</returns>
    public static Layer?[] Read<T>(
        IReadOnlyList<T> layers, int parallel, Func<T, Layer?> known, Func<T, long> size, Func<T, Layer?> read, CancellationToken cancel)
    {
        var found = new Layer?[layers.Count];
        ForEach(Enumerable.Range(0, layers.Count), parallel, index => found[index] = known(layers[index]), cancel);
        // The largest first, so that none is left for the end that all others wait for; but before them the lowest, which mostly tells the distribution.
        var order = Enumerable.Range(0, layers.Count).Where(index => found[index] is null).OrderByDescending(index => index == 0 ? long.MaxValue : size(layers[index]));
        ForEach(order, parallel, index => found[index] = read(layers[index]), cancel);
        return found;
    }

    private static void ForEach(IEnumerable<int> indexes, int parallel, Action<int> act, CancellationToken cancel)
    {
        try
        {
            Parallel.ForEach(
                Partitioner.Create([.. indexes], EnumerablePartitionerOptions.NoBuffering), new() { MaxDegreeOfParallelism = parallel, CancellationToken = cancel }, act);
        }
        catch (AggregateException e)
        {
            // The first reason is as good as all of them together.
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
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
