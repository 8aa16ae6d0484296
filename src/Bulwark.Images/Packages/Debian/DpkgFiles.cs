using System.Text;
using Bulwark.Images.Files;
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
            else if (!isList && line.Length > FileDigest.Digits + 2 && FileDigest.Parse(line) is { } sum)
            {
                // "HEX  usr/bin/x", without a slash in front.
                var path = Encoding.UTF8.GetString(line[(FileDigest.Digits + 2)..]).TrimStart('/');
                var before = owned.Count;
                InstalledPackages.Add(owned, path);
                if (owned.Count > before)
                    sums.Add(new(path, sum, DigestKind.Md5));
            }
        }
        layer.OwnedPaths[file.Path] = [.. owned];
        if (!isList)
            layer.PackagedFiles[file.Path] = [new(PackageOf(file.Path), [.. sums])];
    }

    /// <summary>Whether a list is of one package of dpkg's, which its name tells.</summary>
    internal static bool IsOfOnePackage(string path) =>
        path.StartsWith(InfoDirectory, StringComparison.Ordinal) || path.StartsWith(DpkgDatabase.StatusDirectory, StringComparison.Ordinal);

    /// <summary>The package that a list or a file of checksums belongs to: <c>libc6</c> of <c>info/libc6:amd64.md5sums</c>.</summary>
    internal static string PackageOf(string path)
    {
        var name = ImagePath.Name(path).ToString();
        return name[..name.LastIndexOf('.')].Split(':')[0];
    }
}
