using Bulwark.Images.Archives;

namespace Bulwark.Images.Layers;

/// <summary>Reads a layer's blob once, from front to back, whatever its size.</summary>
internal sealed class LayerReader(LayerReading reading)
{
    /// <summary>
    /// Never throws because of what the blob holds: what could be read before the damage is kept, and a doubt says where it ended.
    /// </summary>
    /// <param name="diffId">Digest that its unpacked tar is promised to have, which whoever puts the image together compares; empty if none is.</param>
    /// <param name="blobDigest">Digest that the blob is promised to have: believed where the other one is known, which is of all that is read of it.</param>
    public Layer Read(Stream blob, CancellationToken cancel, string diffId = "", string blobDigest = "")
    {
        var limits = reading.Limits;
        var builder = new LayerBuilder(reading);
        using var packed = new DigestStream(blob);
        try
        {
            using var unpacked = new UnpackedStream(packed, limits);
            // What is not packed is its own tar, and has one digest.
            var isPromised = diffId.Length > 0 && blobDigest.Length > 0;
            if (unpacked.Packing.Length == 0 || isPromised)
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
            var tarDigest = tarStream.Finish();
            packed.Drain();
            var layer = builder.Finish();
            layer.DiffId = tarDigest;
            layer.BlobDigest = unpacked.Packing.Length == 0 ? tarDigest : isPromised ? blobDigest : packed.Current();
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
