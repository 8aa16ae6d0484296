using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bulwark.Images.Archives;

namespace Bulwark.Images.Packages.Languages;

/// <summary>The list of crates that cargo-auditable links into a program (its PARSING.md): JSON, packed with zlib.</summary>
internal static class CargoAuditable
{
    private const int LargestBytes = 8 << 20;

    /// <exception cref="ArchiveException">It is damaged, or larger than is reasonable.</exception>
    public static ImmutableArray<Package> Parse(byte[] section)
    {
        try
        {
            return Read(section);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or JsonException)
        {
            throw new ArchiveException($"its list of crates is damaged ({e.Message})", e);
        }
    }

    private static ImmutableArray<Package> Read(byte[] section)
    {
        using var unpacked = new ZLibStream(new MemoryStream(section), CompressionMode.Decompress);
        var json = new byte[LargestBytes];
        var length = unpacked.ReadAtLeast(json, json.Length, throwOnEndOfStream: false);
        if (length == json.Length)
            throw new ArchiveException($"its list of crates is larger than {LargestBytes >> 20} MiB");
        var read = JsonSerializer.Deserialize(json.AsSpan(0, length), CargoAuditableJson.Default.CratesJson);
        // What was needed only to build is not in the program.
        return [.. (read?.Packages ?? []).Where(crate => crate is { Name.Length: > 0, Version.Length: > 0, Kind: not "build" })
            .Select(crate => new Package(PackageKind.Cargo, crate!.Name!, crate.Version!))];
    }
}

internal sealed record CratesJson
{
    public CrateJson?[]? Packages { get; init; }
}

internal sealed record CrateJson
{
    public string? Name { get; init; }
    public string? Version { get; init; }
    public string? Kind { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CratesJson))]
internal sealed partial class CargoAuditableJson : JsonSerializerContext;
