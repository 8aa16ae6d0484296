using System.Text.Json;
using System.Text.Json.Serialization;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Packages.Languages;

/// <summary>What npm, yarn and pnpm installed: the <c>package.json</c> of each directory in a <c>node_modules</c>.</summary>
public sealed class NodePackages : IFileAnalyser
{
    private const int LargestBytes = 4 << 20;

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) =>
        file.Path.EndsWith("/package.json", StringComparison.Ordinal) && IsRootOfPackage(ImagePath.Directory(file.Path).Split('/'));

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        var package = JsonSerializer.Deserialize(content.Bytes(LargestBytes).Span, NodePackageJsonContext.Default.NodePackageJson);
        // Some directories have one only to say "type": "module".
        if (package is { Name: { Length: > 0 } name, Version: { Length: > 0 } version })
            layer.Packages[file.Path] = [new(PackageKind.Npm, name, version)];
    }

    // node_modules/NAME or node_modules/@SCOPE/NAME.
    private static bool IsRootOfPackage(ReadOnlySpan<string> directory) =>
        directory is [.., "node_modules", not ['@', ..]] or [.., "node_modules", ['@', ..], _];
}

internal sealed record NodePackageJson
{
    public string? Name { get; init; }
    public string? Version { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NodePackageJson))]
internal sealed partial class NodePackageJsonContext : JsonSerializerContext;
