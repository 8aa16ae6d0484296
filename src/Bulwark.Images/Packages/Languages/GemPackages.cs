using System.Text;
using System.Text.RegularExpressions;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Packages.Languages;

/// <summary>What gem installed: <c>specifications/NAME-VERSION.gemspec</c>. They are Ruby programs, and are only searched, never run.</summary>
public sealed partial class GemPackages : IFileAnalyser
{
    private const int LargestBytes = 1 << 20;

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) => file.Path.EndsWith(".gemspec", StringComparison.Ordinal)
        && file.Path.Contains("specifications/", StringComparison.Ordinal);

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        var text = Encoding.UTF8.GetString(content.Bytes(LargestBytes).Span);
        var (name, version) = (Name().Match(text).Groups["value"].Value, Version().Match(text).Groups["value"].Value);
        if (name.Length > 0 && version.Length > 0)
            layer.Packages[file.Path] = [new(PackageKind.Gem, name, version)];
        else
            layer.Doubts.Add(new(CannotTellKind.File, file.Path, "it names no package or no version in plain words"));
    }

    [GeneratedRegex(@"^\s{0,20}\w{1,20}\.name\s{0,20}=\s{0,20}[""'](?<value>[A-Za-z0-9._-]{1,200})[""']", RegexOptions.Multiline)]
    private static partial Regex Name();

    [GeneratedRegex(@"^\s{0,20}\w{1,20}\.version\s{0,20}=\s{0,20}(?:Gem::Version\.new\(?\s?)?[""'](?<value>[A-Za-z0-9._-]{1,100})[""']", RegexOptions.Multiline)]
    private static partial Regex Version();
}
