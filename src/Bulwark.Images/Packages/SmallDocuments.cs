using System.Text;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Packages;

/// <summary>Keeps the few small files that mean something only in the finished image.</summary>
public sealed class SmallDocuments : IFileAnalyser
{
    public const string Users = "etc/passwd";
    public const string Passwords = "etc/shadow";

    private const int LargestBytes = 1 << 20;

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) => file.Path is Users or Passwords || OsRelease.Paths.Contains(file.Path);

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        var bytes = content.Bytes(LargestBytes);
        layer.Documents[file.Path] = file.Path == Passwords ? WithoutHashes(bytes.Span) : bytes.ToArray();
    }

    // All that matters of a password is whether there is one.
    private static byte[] WithoutHashes(ReadOnlySpan<byte> shadow)
    {
        var lines = Encoding.UTF8.GetString(shadow).Split('\n').Select(line =>
        {
            var fields = line.Split(':');
            if (fields.Length > 1 && fields[1].Length > 0)
                fields[1] = "x";
            return string.Join(':', fields);
        });
        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }
}
