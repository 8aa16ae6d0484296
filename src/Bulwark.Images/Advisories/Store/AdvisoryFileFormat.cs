using System.Text.Json.Serialization;

namespace Bulwark.Images.Advisories.Store;

/// <summary>
/// The advisory file: read in place by memory mapping, written whole and renamed into place, so that a reader sees the old or the new one.
/// All numbers are little endian.
/// <code>
/// header, 128 bytes
///   0   8  "BWADVIS" and the format's version (1) in one byte
///   8   8  length of the file
///   16  16 XxHash128 of the file's other bytes (everything but these 16)
///   32  8  when it was written, in milliseconds since 1970
///   40  4  packages          44 4 advisories
///   48  8  offset of sources   56 8 their length     UTF-8 JSON, an array of AdvisorySource
///   64  8  offset of packages                        24 bytes each, by hash
///   72  8  offset of advisories  80 8 their length
///   88  8  offset of strings   96 8 their length     each a length and UTF-8
///   104 24 0
/// package: 8 XxHash64 of "ecosystem NUL name", 8 offset in advisories, 4 how many, 4 offset of the key in strings
/// advisory, each number a base-128 varint, each text an offset in strings: id, aliases (count, texts), state, severity,
///   score in tenths, source (index), ranges (count, of introduced, fixed, last affected), versions (count, texts), summary, note
/// </code>
/// All of OSV with all distributions takes a tenth of what such a file may have (<see cref="MappedFile"/>).
/// </summary>
internal static class AdvisoryFileFormat
{
    public const int HeaderBytes = 128;
    public const int PackageBytes = 24;

    public static ReadOnlySpan<byte> Magic => "BWADVIS\u0001"u8;

    public static string Key(string ecosystem, string package) => $"{ecosystem}\0{package}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AdvisorySource[]))]
internal sealed partial class AdvisoryFileJson : JsonSerializerContext;
