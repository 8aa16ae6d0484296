using Bulwark.Images.Archives;

namespace Bulwark.Images.Layers;

/// <summary>
/// Where the files of a layer lie while they are looked into, one after the other. Of memory that was never written to, none is taken, so that it
/// may be as large at once as it may ever have to be.
/// </summary>
public sealed class FileMemory(ArchiveLimits limits)
{
    private const int SmallBytes = 1 << 20;

    private byte[] _bytes = [];

    /// <summary>The largest file that it can hold, in bytes.</summary>
    public int Most => limits.FileBytesInMemory;

    /// <summary>Memory for a file of this length; what was in it before is gone.</summary>
    public byte[] Of(int length)
    {
        if (_bytes.Length < length)
            _bytes = GC.AllocateUninitializedArray<byte>(length <= SmallBytes ? SmallBytes : Most);
        return _bytes;
    }
}
