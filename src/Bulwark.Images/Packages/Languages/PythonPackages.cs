using System.Text;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Packages.Languages;

/// <summary>
/// What pip installed: <c>*.dist-info/METADATA</c> (https://packaging.python.org/specifications/core-metadata) and the older
/// <c>*.egg-info</c>, a directory with <c>PKG-INFO</c> or a file.
/// </summary>
public sealed class PythonPackages : IFileAnalyser
{
    private const int LargestBytes = 4 << 20;

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) => file.Path.EndsWith(".dist-info/METADATA", StringComparison.OrdinalIgnoreCase)
        || file.Path.EndsWith(".egg-info/PKG-INFO", StringComparison.OrdinalIgnoreCase)
        || file.Path.EndsWith("EGG-INFO/PKG-INFO", StringComparison.Ordinal)
        || (file.Path.EndsWith(".egg-info", StringComparison.OrdinalIgnoreCase) && file.Size > 0);

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        var (name, version) = ("", "");
        using var reader = new StringReader(Encoding.UTF8.GetString(content.Bytes(LargestBytes).Span));
        // Headers like those of mail; an empty line ends them, and a description follows.
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            if (name.Length == 0 && line.StartsWith("Name:", StringComparison.OrdinalIgnoreCase))
                name = line["Name:".Length..].Trim();
            else if (version.Length == 0 && line.StartsWith("Version:", StringComparison.OrdinalIgnoreCase))
                version = line["Version:".Length..].Trim();
        }
        if (name.Length > 0 && version.Length > 0)
            layer.Packages[file.Path] = [new(PackageKind.Python, name, version)];
        else
            layer.Doubts.Add(new(CannotTellKind.File, file.Path, "it names no package or no version"));
    }
}
