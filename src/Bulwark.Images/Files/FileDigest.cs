using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Bulwark.Images.Files;

/// <summary>A checksum of a file in sixteen bytes: its MD5, or the first sixteen bytes of its SHA-1 or SHA-256.</summary>
internal static class FileDigest
{
    public const int Digits = 32;

    /// <summary>The first sixteen bytes of a hash.</summary>
    public static UInt128 Of(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt128BigEndian(hash);

    /// <summary>Takes one kind of hash of all that a stream has.</summary>
    /// <param name="hash">Long enough for each of them.</param>
    public static void Take(DigestKind kind, Stream stream, Span<byte> hash) => _ = kind switch
    {
#pragma warning disable CA5350, CA5351 // Compared with what dpkg and apk wrote.
        DigestKind.Md5 => MD5.HashData(stream, hash),
        DigestKind.Sha1 => SHA1.HashData(stream, hash),
#pragma warning restore CA5350, CA5351
        _ => SHA256.HashData(stream, hash),
    };

    /// <summary>The first sixteen bytes of its SHA-1.</summary>
    public static UInt128 Sha1(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // Compared with what apk wrote.
        SHA1.HashData(content, hash);
#pragma warning restore CA5350
        return Of(hash);
    }

    /// <summary>Reads the first 32 hexadecimal digits; null if they are none.</summary>
    public static UInt128? Parse(ReadOnlySpan<byte> hexadecimal)
    {
        if (hexadecimal.Length < Digits)
            return null;
        UInt128 value = 0;
        foreach (var digit in hexadecimal[..Digits])
        {
            if (!char.IsAsciiHexDigit((char)digit))
                return null;
            value = value << 4 | (uint)Convert.FromHexString([(char)'0', (char)digit])[0];
        }
        return value;
    }
}
