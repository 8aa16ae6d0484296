using Bulwark.Images.Layers;

namespace Bulwark.Images.Packages;

/// <summary>Keeps the few small files that mean something only in the finished image.</summary>
public sealed class SmallDocuments : IFileAnalyser
{
    public const string Users = "etc/passwd";
    public const string Passwords = "etc/shadow";

    private const int LargestBytes = 1 << 20;

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) => file.Path is Users or Passwords || OsRelease.Paths.Contains(file.Path);

    public void Read(LayerFile file, FileContent content, Layer layer) => layer.Documents[file.Path] = content.Bytes(LargestBytes).ToArray();
}
