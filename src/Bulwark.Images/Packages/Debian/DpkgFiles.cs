using System.Text;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Packages.Debian;

/// <summary>
/// What dpkg knows of the files of its packages: which there are (<c>info/*.list</c>) and what they were like when they came
/// (<c>info/*.md5sums</c>; the same in <c>status.d</c>).
/// </summary>
public sealed class DpkgFiles : IFileAnalyser
{
    private const string InfoDirectory = "var/lib/dpkg/info/";
    private const string ListSuffix = ".list";
    private const int LargestBytes = 64 << 20;
    private const int ChecksumDigits = 32;

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) =>
        (file.Path.StartsWith(InfoDirectory, StringComparison.Ordinal)
            && (file.Path.EndsWith(ListSuffix, StringComparison.Ordinal) || file.Path.EndsWith(DpkgDatabase.ChecksumSuffix, StringComparison.Ordinal)))
        || (file.Path.StartsWith(DpkgDatabase.StatusDirectory, StringComparison.Ordinal)
            && file.Path.EndsWith(DpkgDatabase.ChecksumSuffix, StringComparison.Ordinal));

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        var text = content.Bytes(LargestBytes).Span;
        var isList = file.Path.EndsWith(ListSuffix, StringComparison.Ordinal);
        var owned = new List<PathKey>();
        var sums = new List<PackagedFile>();
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (isList && line.Length > 1)
                InstalledPackages.Add(owned, Encoding.UTF8.GetString(line[1..]));
            else if (!isList && line.Length > ChecksumDigits + 2 && Sum(line[..ChecksumDigits]) is { } sum)
            {
                // "HEX  usr/bin/x", without a slash in front.
                var path = Encoding.UTF8.GetString(line[(ChecksumDigits + 2)..]).TrimStart('/');
                var before = owned.Count;
                InstalledPackages.Add(owned, path);
                if (owned.Count > before)
                    sums.Add(new(path, sum));
            }
        }
        layer.OwnedPaths[file.Path] = [.. owned];
        if (!isList)
            layer.PackagedFiles[file.Path] = [.. sums];
    }

    /// <summary>The package that a list or a file of checksums belongs to: <c>libc6</c> of <c>info/libc6:amd64.md5sums</c>.</summary>
    internal static string PackageOf(string path)
    {
        var name = ImagePath.Name(path).ToString();
        return name[..name.LastIndexOf('.')].Split(':')[0];
    }

    private static UInt128? Sum(ReadOnlySpan<byte> hexadecimal)
    {
        UInt128 value = 0;
        foreach (var digit in hexadecimal)
        {
            var nibble = digit switch
            {
                >= (byte)'0' and <= (byte)'9' => digit - '0',
                >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
                _ => -1,
            };
            if (nibble < 0)
                return null;
            value = value << 4 | (uint)nibble;
        }
        return value;
    }
}
