using Bulwark.Images.Archives;

namespace Bulwark.Images.Layers;

/// <summary>Reads a layer's blob once, from front to back, whatever its size.</summary>
internal sealed class LayerReader(LayerReading reading)
{
    /// <summary>
    /// Never throws because of what the blob holds: what could be read before the damage is kept, and a doubt says where it ended.
    /// </summary>
    public Layer Read(Stream blob, CancellationToken cancel)
    {
        var limits = reading.Limits;
        var builder = new LayerBuilder(reading);
        using var packed = new DigestStream(blob);
        try
        {
            using var unpacked = new UnpackedStream(packed, limits);
            // What is not packed is its own tar, and has one digest.
            if (unpacked.Packing.Length == 0)
                packed.Off();
            using var tarStream = new TarDigestStream(unpacked);
            using var tar = new TarReader(tarStream, limits);
            var content = new TarEntryStream(tar);
            while (tar.Next() is { } entry)
            {
                cancel.ThrowIfCancellationRequested();
                builder.Add(entry, content);
            }
            // The digest is over everything, also what follows the tar's end.
            var diffId = tarStream.Finish();
            packed.Drain();
            var layer = builder.Finish();
            layer.DiffId = diffId;
            layer.BlobDigest = unpacked.Packing.Length == 0 ? layer.DiffId : packed.Current();
            layer.UnpackedBytes = tarStream.Count;
            if (!layer.IsProvisional)
                reading.Cache?.Keep(layer, reading.Settings);
            return layer;
        }
        catch (ArchiveException e)
        {
            builder.Doubt(CannotTellKind.Layer, "", e.Message);
            return builder.Finish();
        }
    }
}
