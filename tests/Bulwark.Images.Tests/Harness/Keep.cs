using System.Text;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Tests.Harness;

/// <summary>Keeps the text of every file, as an analyser would get it.</summary>
internal sealed class Keep : IFileAnalyser
{
    public Dictionary<string, string> Files { get; } = [];

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) => true;

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        using var reader = new StreamReader(content.Open(), Encoding.UTF8);
        Files[file.Path] = reader.ReadToEnd();
    }
}
