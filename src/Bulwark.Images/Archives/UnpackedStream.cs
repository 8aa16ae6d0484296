using System.IO.Compression;

namespace Bulwark.Images.Archives;

/// <summary>
/// A layer's tar out of its blob: gzip, zstd or not packed, told apart by the first bytes since media types lie. Stops with an
/// <see cref="ArchiveException"/> when the blob unpacks to more than <see cref="ArchiveLimits"/> let it.
/// </summary>
internal sealed class UnpackedStream : ForwardStream
{
    private const int HeadBytes = 6;

    private readonly CountingStream _packed;
    private readonly Stream _unpacked;
    private readonly ArchiveLimits _limits;
    private long _count;

    public UnpackedStream(CountingStream packed, ArchiveLimits limits)
    {
        _packed = packed;
        _limits = limits;
        var head = new PeekStream(packed, HeadBytes);
        (_unpacked, Packing) = head.Head switch
        {
            [0x1f, 0x8b, ..] => (new GZipStream(head, CompressionMode.Decompress), "gzip"),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => (new ZstdSharp.DecompressionStream(head), "zstd"),
            [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0] => throw new ArchiveException("it is packed with xz, which no image may use"),
            _ => ((Stream)head, ""),
        };
    }

    /// <summary><c>gzip</c>, <c>zstd</c>, or empty for a plain tar.</summary>
    public string Packing { get; }

    public override int Read(Span<byte> buffer)
    {
        int read;
        try
        {
            read = _unpacked.Read(buffer);
        }
        catch (Exception e) when (e is InvalidDataException or ZstdSharp.ZstdException or EndOfStreamException)
        {
            throw new ArchiveException($"its {Packing} stream is damaged ({e.Message})", e);
        }
        _count += read;
        if (_count > _limits.UnpackedBytes)
            throw new ArchiveException($"it unpacks to more than {_limits.UnpackedBytes >> 20} MiB");
        if (_count > _limits.UnpackedBytesFree && _count / _limits.Ratio > _packed.Count)
            throw new ArchiveException($"it unpacks to more than {_limits.Ratio} times its size");
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _unpacked.Dispose();
        base.Dispose(disposing);
    }
}
