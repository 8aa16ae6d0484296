using System.Text.Json;
using System.Text.Json.Serialization;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Packages.Languages;

/// <summary>What a .NET application was built from: its <c>NAME.deps.json</c> (runtime-configuration-file.md of dotnet/sdk).</summary>
public sealed class DotNetPackages : IFileAnalyser
{
    private const int LargestBytes = 32 << 20;

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) => file.Path.EndsWith(".deps.json", StringComparison.OrdinalIgnoreCase);

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        var read = JsonSerializer.Deserialize(content.Bytes(LargestBytes).Span, DepsJsonContext.Default.DepsJson);
        layer.Packages[file.Path] = [.. (read?.Libraries ?? []).Where(library => library.Value?.Type == "package").Select(library => library.Key.Split('/'))
            .Where(parts => parts is [{ Length: > 0 }, { Length: > 0 }]).Select(parts => new Package(PackageKind.NuGet, parts[0], parts[1]))];
    }
}

internal sealed record DepsJson
{
    public Dictionary<string, DepsLibraryJson?>? Libraries { get; init; }
}

internal sealed record DepsLibraryJson
{
    public string? Type { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowTrailingCommas = true, ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(DepsJson))]
internal sealed partial class DepsJsonContext : JsonSerializerContext;
