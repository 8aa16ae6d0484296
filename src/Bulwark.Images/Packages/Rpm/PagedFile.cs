using Bulwark.Images.Archives;

namespace Bulwark.Images.Packages.Rpm;

/// <summary>Reads pieces of a file that a hostile table of contents points to: never outside of the file, and never more than asked for.</summary>
internal sealed class PagedFile(Stream stream)
{
    public long Length => stream.Length;

    /// <exception cref="ArchiveException">The piece is not in the file.</exception>
    public byte[] Read(long offset, long length)
    {
        if (offset < 0 || length < 0 || length > Length || offset > Length - length)
            throw new ArchiveException("its tables lead out of the file");
        var bytes = new byte[length];
        stream.Position = offset;
        stream.ReadExactly(bytes);
        return bytes;
    }
}
