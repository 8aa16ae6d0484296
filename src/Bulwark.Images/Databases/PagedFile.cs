using Bulwark.Images.Archives;

namespace Bulwark.Images.Databases;

/// <summary>
/// Reads pieces of a file that a hostile table of contents points to: never outside of the file, and never more than asked for. The pieces of a
/// sound file do not lie on top of each other: who reads more than there is goes round in it.
/// </summary>
internal sealed class PagedFile(Stream stream)
{
    // Some pages are read twice, once for what they are and once for what is in them; and small tables many times.
    private const int MostReadings = 4;
    private const long FreeBytes = 1 << 20;

    private long _read;
    private long _taken;

    public long Length => stream.Length;

    /// <summary>Counts bytes that were taken out of pieces as a value.</summary>
    /// <exception cref="ArchiveException">All values together are larger than the file.</exception>
    public void Take(long bytes)
    {
        if ((_taken += bytes) > Length)
            throw new ArchiveException("its values lie on top of each other");
    }

    /// <exception cref="ArchiveException">The piece is not in the file, or it is gone over again and again.</exception>
    public byte[] Read(long offset, long length)
    {
        if (offset < 0 || length < 0 || length > Length || offset > Length - length)
            throw new ArchiveException("its tables lead out of the file");
        if ((_read += length) > FreeBytes + MostReadings * Length)
            throw new ArchiveException("its tables lead to the same places again and again");
        var bytes = new byte[length];
        stream.Position = offset;
        stream.ReadExactly(bytes);
        return bytes;
    }
}
