using Bulwark.Images.Layers;

namespace Bulwark.Images.Secrets;

/// <summary>Looks for secrets in the text files of every layer, also of those files that an upper layer deletes.</summary>
public sealed class SecretFiles : IFileAnalyser
{
    // Keys and configuration are small; what is larger is data.
    private const int LargestBytes = 2 << 20;

    // Files that change with every build and that nobody writes a secret into.
    private static readonly string[] s_dull = ["usr/share/doc/", "usr/share/man/", "usr/share/locale/", "usr/share/i18n/", "var/lib/dpkg/", "var/lib/apt/", "lib/apk/", "usr/lib/apk/"];

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) => file.Size is >= 16 and <= LargestBytes && !head.Contains((byte)0)
        && !Array.Exists(s_dull, directory => file.Path.StartsWith(directory, StringComparison.Ordinal));

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        var bytes = content.Bytes(LargestBytes).Span;
        var isEnvironment = IsEnvironment(ImagePath.Name(file.Path));
        if (!SecretScanner.MayHold(bytes, isEnvironment))
            return;
        foreach (var match in SecretScanner.FindInBytes(bytes, isEnvironment))
        {
            var line = bytes[..match.Start].Count((byte)'\n') + 1;
            layer.Secrets.Add(new(match.Rule.Id, match.Rule.What, match.Rule.Severity, file.Path, line, match.Masked));
        }
    }

    private static bool IsEnvironment(ReadOnlySpan<char> name) => name is ".env" or ".netrc" or ".pgpass" or "credentials"
        || name.StartsWith(".env.", StringComparison.Ordinal) || name.EndsWith(".env", StringComparison.Ordinal);
}
