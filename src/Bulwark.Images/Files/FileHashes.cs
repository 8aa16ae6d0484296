using System.Security.Cryptography;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Files;

/// <summary>
/// Takes the MD5 of files where packages install theirs, since MD5 is what dpkg lists (not for its strength, which it has none of), and the
/// SHA-256 and SHA-1, which rpm and apk list. Which of them an image needs shows only when its database comes, which may be after its files.
/// </summary>
public sealed class FileHashes : IFileAnalyser
{
    /// <summary>What is larger is not compared: it would be read twice.</summary>
    internal const long LargestBytes = 64 << 20;

    private static readonly string[] s_directories = ["usr/", "bin/", "sbin/", "lib/", "lib32/", "lib64/", "libx32/", "opt/", "boot/"];

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) =>
        file.Size <= LargestBytes && IsCompared(file.Path);

    /// <summary>Whether a file there is compared with what its package brought: settings are not, they are there to be changed.</summary>
    internal static bool IsCompared(string path) => Array.Exists(s_directories, directory => path.StartsWith(directory, StringComparison.Ordinal));

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (Md5Lanes.IsSupported && content.Length <= Md5Batch.LargestBytes)
        {
            var bytes = content.Bytes(Md5Batch.LargestBytes).Span;
            layer.WaitingMd5.Add(file.Path, bytes);
            SHA256.HashData(bytes, hash);
            layer.Sha256[file.Path] = FileDigest.Of(hash);
            layer.Sha1[file.Path] = FileDigest.Sha1(bytes);
            return;
        }
        using (var stream = content.Open())
            SHA256.HashData(stream, hash);
        layer.Sha256[file.Path] = FileDigest.Of(hash);
        using (var stream = content.Open())
        {
#pragma warning disable CA5350, CA5351 // Compared with what apk and dpkg wrote.
            SHA1.HashData(stream, hash);
        }
        layer.Sha1[file.Path] = FileDigest.Of(hash);
        using (var stream = content.Open())
        {
            MD5.HashData(stream, hash);
#pragma warning restore CA5350, CA5351
        }
        layer.Md5[file.Path] = FileDigest.Of(hash);
    }
}
