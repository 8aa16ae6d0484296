using System.Collections.Concurrent;
using Bulwark.Images.Archives;
using Bulwark.Images.Cache;

namespace Bulwark.Images.Layers;

/// <summary>How layers are read.</summary>
/// <param name="Analysers">What looks into their files.</param>
/// <param name="Cache">Layers that were read before; null to read all of them.</param>
public sealed record LayerReading(IReadOnlyList<IFileAnalyser> Analysers, ArchiveLimits Limits, LayerCache? Cache = null)
{
    /// <summary>What decides what comes out of a layer, besides its content and the program that reads it.</summary>
    internal string Settings { get; } = $"{string.Join(' ', Analysers.Select(analyser => $"{analyser.GetType().Name}{analyser.Settings}"))} {Limits}";

    /// <summary>What is kept of all layers that were read by this.</summary>
    internal KeptBytes Kept { get; } = new(Limits);

    // As many as layers are read at a time.
    private readonly ConcurrentBag<FileMemory> _memories = [];

    /// <summary>Memory for the files of a layer.</summary>
    internal FileMemory TakeMemory() => _memories.TryTake(out var memory) ? memory : new(Limits);

    /// <summary>For the next layer.</summary>
    internal void GiveBack(FileMemory memory) => _memories.Add(memory);

    /// <summary>What was found out about a layer before; null if that is not known.</summary>
    /// <param name="diffId">Digest of its unpacked tar.</param>
    /// <param name="blobDigest">Digest that its blob is promised to have; empty if none is.</param>
    /// <exception cref="ArchiveException">With what is kept of other layers it is more than the limits let.</exception>
    internal Layer? Known(string diffId, string blobDigest)
    {
        if (Cache?.Find(diffId, Settings) is not { } layer || !Analysers.All(analyser => analyser.Accepts(layer)))
            return null;
        Kept.Add(layer.KeptBytes);
        if (Kept.IsOver)
            throw new ArchiveException(KeptBytes.Reason(Limits));
        layer.IsKnown = true;
        layer.BlobDigest = blobDigest.Length > 0 ? blobDigest : diffId;
        return layer;
    }
}
