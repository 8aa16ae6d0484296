using System.IO.Hashing;

namespace Bulwark.Images.Jars;

/// <summary>
/// The table of JARs: Maven's name of each by its SHA-1; read in place by memory mapping. All numbers are little endian.
/// <code>
/// header, 128 bytes
///   0   32 what it is, its length, its sum (MappedFile): "BWJARS", 0 and the format's version (1) in one byte
///   32  8  when it was written, in milliseconds since 1970
///   40  8  when its content was true, the same way
///   48  4  JARs             52 4 offset of where it came from, in strings
///   56  8  offset of JARs                            28 bytes each, by digest
///   64  8  offset of strings   72 8 their length     each a length (base-128 varint) and UTF-8
///   80  48 0
/// JAR: the first 16 bytes of its SHA-1, 4 offset of "group:artifact" in strings, 4 offset of its version, 4 check
/// </code>
/// The check of a JAR is the lower half of the XxHash64 of its digest, its name, a zero byte and its version: a look into the table notices damage where
/// it looks, without reading all of a file that may have half a gigabyte.
/// </summary>
internal static class JarTableFormat
{
    public const int HeaderBytes = 128;
    public const int JarBytes = 28;
    public const int DigestBytes = 16;

    /// <summary>Most bytes of a name (group, colon, artifact) and of a version.</summary>
    public const int LongestText = 512;

    public static ReadOnlySpan<byte> Mark => "BWJARS\0\u0001"u8;

    public static uint Check(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> name, ReadOnlySpan<byte> version)
    {
        Span<byte> all = stackalloc byte[DigestBytes + 2 * LongestText + 1];
        digest[..DigestBytes].CopyTo(all);
        name.CopyTo(all[DigestBytes..]);
        all[DigestBytes + name.Length] = 0;
        version.CopyTo(all[(DigestBytes + name.Length + 1)..]);
        return (uint)XxHash64.HashToUInt64(all[..(DigestBytes + name.Length + 1 + version.Length)]);
    }

    /// <summary>Whether a text can be a version: short, of ASCII that can be seen.</summary>
    public static bool IsText(ReadOnlySpan<byte> utf8) => utf8.Length is > 0 and <= LongestText && !utf8.ContainsAnyExceptInRange((byte)'!', (byte)'~');

    /// <summary>Whether a text can be a group or an artifact, of which a colon makes a name.</summary>
    public static bool IsPart(ReadOnlySpan<byte> utf8) => IsText(utf8) && !utf8.Contains((byte)':');
}
