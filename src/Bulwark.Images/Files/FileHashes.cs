using System.Buffers.Binary;
using System.Security.Cryptography;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Files;

/// <summary>
/// Takes the MD5 of files where packages install theirs, since MD5 is what dpkg lists (not for its strength, which it has none of).
/// </summary>
public sealed class FileHashes : IFileAnalyser
{
    /// <summary>What is larger is not compared: it would be read twice.</summary>
    internal const long LargestBytes = 64 << 20;

    private static readonly string[] s_directories = ["usr/", "bin/", "sbin/", "lib/", "lib32/", "lib64/", "libx32/", "opt/", "boot/"];

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) =>
        file.Size <= LargestBytes && Array.Exists(s_directories, directory => file.Path.StartsWith(directory, StringComparison.Ordinal));

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        if (Md5Lanes.IsSupported && content.Length <= Md5Batch.LargestBytes)
        {
            layer.WaitingMd5.Add(file.Path, content.Bytes(Md5Batch.LargestBytes).Span);
            return;
        }
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
        using var stream = content.Open();
#pragma warning disable CA5351 // Compared with what dpkg wrote, which is MD5.
        MD5.HashData(stream, hash);
#pragma warning restore CA5351
        layer.Md5[file.Path] = BinaryPrimitives.ReadUInt128BigEndian(hash);
    }
}
