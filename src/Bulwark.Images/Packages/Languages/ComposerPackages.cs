using System.Text.Json;
using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Images.Packages.Projects;

namespace Bulwark.Images.Packages.Languages;

/// <summary>What Composer installed: <c>vendor/composer/installed.json</c>.</summary>
public sealed class ComposerPackages : IFileAnalyser
{
    private const int LargestBytes = 32 << 20;

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) => file.Path.EndsWith("composer/installed.json", StringComparison.Ordinal);

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        try
        {
            layer.Packages[file.Path] = [.. ComposerFiles.ParseInstalled(content.Bytes(LargestBytes)).Packages];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ArchiveException("it is no list of packages that is understood", e);
        }
    }
}
