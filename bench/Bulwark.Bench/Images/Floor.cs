using System.IO.Compression;
using System.Security.Cryptography;

namespace Bulwark.Bench.Images;

/// <summary>What no scan can do without: to unpack each layer and to take its digest, with the same runtime, as many at a time as the scan does.</summary>
internal static class Floor
{
    /// <returns>Bytes of the unpacked layers.</returns>
    public static long Packed(TestedImage image)
    {
        var sum = 0L;
        Parallel.ForEach(image.Blobs, new ParallelOptions { MaxDegreeOfParallelism = Math.Min(4, Environment.ProcessorCount) }, blob =>
        {
            using var file = File.OpenRead(blob);
            using var unpacked = new GZipStream(file, CompressionMode.Decompress);
            Interlocked.Add(ref sum, Hash(unpacked));
        });
        return sum;
    }

    /// <returns>Bytes of the archive.</returns>
    public static long Plain(TestedImage image)
    {
        using var file = new FileStream(image.Saved, FileMode.Open, FileAccess.Read, FileShare.Read, 0);
        return Hash(file);
    }

    private static long Hash(Stream stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 << 10];
        var sum = 0L;
        while (stream.Read(buffer) is var read and > 0)
        {
            hash.AppendData(buffer, 0, read);
            sum += read;
        }
        hash.GetHashAndReset();
        return sum;
    }
}
