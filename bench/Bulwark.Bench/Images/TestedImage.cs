namespace Bulwark.Bench.Images;

/// <summary>The image that is scanned, in two forms.</summary>
/// <param name="Layout">An OCI layout: layers packed with gzip, as registries keep them.</param>
/// <param name="Saved">An archive as Docker saves it: plain layers in one file.</param>
internal sealed record TestedImage(string Layout, string Saved)
{
    /// <summary>The packed layers.</summary>
    public IReadOnlyList<string> Blobs { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Layout, "blobs", "sha256")).Where(IsPacked).Order(StringComparer.Ordinal)];

    private static bool IsPacked(string path)
    {
        using var file = File.OpenRead(path);
        return file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
    }
}
