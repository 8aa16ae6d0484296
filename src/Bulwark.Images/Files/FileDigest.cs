using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Bulwark.Images.Files;

/// <summary>A checksum of a file in sixteen bytes: its MD5, or the first sixteen bytes of its SHA-1 or SHA-256.</summary>
internal static class FileDigest
{
    public const int Digits = 32;

    /// <summary>The first sixteen bytes of a hash.</summary>
    public static UInt128 Of(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt128BigEndian(hash);

    /// <summary>The first sixteen bytes of the SHA-256 of all that a stream has.</summary>
    public static UInt128 Sha256(Stream content)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, hash);
        return Of(hash);
    }

#pragma warning disable CA5350 // Compared with what apk wrote, and with what Maven's repositories name files by.
    /// <summary>The first sixteen bytes of the SHA-1 of all that a stream has.</summary>
    public static UInt128 Sha1(Stream content)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(content, hash);
        return Of(hash);
    }

    /// <summary>The first sixteen bytes of its SHA-1.</summary>
    public static UInt128 Sha1(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(content, hash);
        return Of(hash);
    }
#pragma warning restore CA5350

    /// <summary>Reads the first 32 hexadecimal digits; null if they are none.</summary>
    public static UInt128? Parse(ReadOnlySpan<byte> hexadecimal)
    {
        if (hexadecimal.Length < Digits)
            return null;
        Span<byte> value = stackalloc byte[Digits / 2];
        return Convert.FromHexString(hexadecimal[..Digits], value, out _, out _) == OperationStatus.Done ? Of(value) : null;
    }
}
