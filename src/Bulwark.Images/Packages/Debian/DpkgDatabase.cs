using System.Collections.Immutable;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Packages.Debian;

/// <summary>
/// dpkg's database: <c>var/lib/dpkg/status</c>, and a file for each package in <c>status.d</c> where there is no dpkg (distroless).
/// </summary>
public sealed class DpkgDatabase : IFileAnalyser
{
    internal const string StatusPath = "var/lib/dpkg/status";
    internal const string StatusDirectory = "var/lib/dpkg/status.d/";
    internal const string ChecksumSuffix = ".md5sums";

    // The largest in use have some 5,000 packages of 1 KB.
    private const int LargestBytes = 64 << 20;

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) => file.Path == StatusPath
        || (file.Path.StartsWith(StatusDirectory, StringComparison.Ordinal) && !file.Path.EndsWith(ChecksumSuffix, StringComparison.Ordinal));

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        var packages = Parse(content.Bytes(LargestBytes).Span, isInstalledByBeingThere: file.Path != StatusPath, out var broken);
        layer.Packages[file.Path] = packages;
        if (broken > 0)
            layer.Doubts.Add(new(CannotTellKind.File, file.Path, $"{broken} of its entries name no package or no version"));
    }

    /// <param name="isInstalledByBeingThere">Whether a stanza has no status, since its file says as much.</param>
    /// <param name="broken">Installed packages without a name or a version.</param>
    internal static ImmutableArray<Package> Parse(ReadOnlySpan<byte> text, bool isInstalledByBeingThere, out int broken)
    {
        broken = 0;
        var packages = ImmutableArray.CreateBuilder<Package>();
        var reader = new ControlReader(text);
        var fields = new Dictionary<string, string>();
        while (reader.Next(fields, name => name is "package" or "version" or "status" or "source" or "architecture" or "maintainer"))
        {
            var status = fields.GetValueOrDefault("status", "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
            // Anything but these two has its files on the disk, be it half configured.
            if (status is [_, _, "config-files" or "not-installed"] || (status.Length == 0 && !isInstalledByBeingThere && fields.Count > 0))
                continue;
            var name = fields.GetValueOrDefault("package", "");
            var version = fields.GetValueOrDefault("version", "");
            if (name.Length == 0 || version.Length == 0)
            {
                // distroless has stanzas with only a package's name in them for what is there in parts.
                if (fields.Count > 0)
                    broken++;
                continue;
            }
            var (source, sourceVersion) = Source(fields.GetValueOrDefault("source", ""), name, version);
            InstalledPackages.Add(packages, new(PackageKind.Dpkg, name, version)
            {
                Source = source,
                SourceVersion = sourceVersion,
                Architecture = fields.GetValueOrDefault("architecture", ""),
                Maintainer = fields.GetValueOrDefault("maintainer", ""),
            });
        }
        return packages.ToImmutable();
    }

    // "Source: perl (5.36.0-7)"; the version stands there when it is not the package's own.
    private static (string Name, string Version) Source(string field, string name, string version)
    {
        if (field.Length == 0)
            return (name, version);
        var open = field.IndexOf('(', StringComparison.Ordinal);
        return open < 0
            ? (field, version)
            : (field[..open].Trim(), field[(open + 1)..].TrimEnd(' ', ')').Trim());
    }
}
