using Bulwark.Images.Layers;

namespace Bulwark.Images.Packages.Languages;

/// <summary>What compiled programs tell of themselves: Go's build information, and Rust's dependencies where cargo-auditable built it.</summary>
public sealed class Programs : IFileAnalyser
{
    private const string GoSection = ".go.buildinfo";
    private const string RustSection = ".dep-v0";
    private const int LargestSection = 16 << 20;

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) => ElfFile.IsOne(head) && IsProgram(head);

    // Programs and libraries (ET_EXEC, ET_DYN); object files and memory dumps tell nothing. The type's other byte is 0 in both orders.
    private static bool IsProgram(ReadOnlySpan<byte> head) => head.Length > 18 && (head[16] | head[17]) is 2 or 3;

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        using var stream = content.Open();
        var sections = new ElfFile(stream).Sections(LargestSection, GoSection, RustSection);
        if (sections.TryGetValue(GoSection, out var go))
        {
            if (GoBuildInformation.Parse(go) is { } packages)
                layer.Packages[file.Path] = packages;
            else
                layer.Doubts.Add(new(CannotTellKind.File, file.Path, "it was built with Go before 1.18, and where that keeps its modules is not read"));
        }
        if (sections.TryGetValue(RustSection, out var rust))
            layer.Packages[file.Path] = CargoAuditable.Parse(rust);
    }
}
