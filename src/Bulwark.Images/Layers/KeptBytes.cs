using Bulwark.Images.Archives;

namespace Bulwark.Images.Layers;

/// <summary>Counts what is kept of the layers of one image, on several threads.</summary>
internal sealed class KeptBytes(ArchiveLimits limits)
{
    private long _bytes;

    /// <summary>Whether it is more than the limits let.</summary>
    public bool IsOver => Interlocked.Read(ref _bytes) > limits.KeptBytes;

    /// <summary>Adds to it, and gives back what was added.</summary>
    public long Add(long bytes)
    {
        Interlocked.Add(ref _bytes, bytes);
        return bytes;
    }

    /// <summary>Why an image is not read on.</summary>
    public static string Reason(ArchiveLimits limits) => $"what has to be kept of its files takes more than {limits.KeptBytes >> 20} MiB";
}
