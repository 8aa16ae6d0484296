using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bulwark.Images.Advisories;
using Bulwark.Images.Archives;
using Bulwark.Images.Findings;
using Bulwark.Images.Layers;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Files;

/// <summary>Looks at what files may do, who brought them, and whether they are still what their package brought.</summary>
internal static class FileFindings
{
    private static readonly string[] s_systemPrograms = ["bin/", "sbin/", "usr/bin/", "usr/sbin/"];

    private const int MostChangedOneByOne = 10;
    private const int PackagesAtOnce = 64;

    // What dpkg itself runs when it installs and removes; no package lists these.
    private const string PackageScripts = "var/lib/dpkg/info/";

    public static IEnumerable<Finding> Of(ImageFileSystem files, OwnedFiles owned)
    {
        var unowned = new SortedDictionary<(int Layer, string Directory), List<string>>();
        foreach (var (layer, path, file) in files.All(layer => layer.Files))
        {
            // Without a package database every file would be without an owner, which says nothing.
            var isForeign = owned.AreKnown && !owned.Contains(path);
            foreach (var finding in Powers(file, isForeign))
                yield return finding with { Path = path, Layer = layer };
            if (isForeign && file.IsExecutable && file.Kind == TarEntryKind.File && !path.StartsWith(PackageScripts, StringComparison.Ordinal))
            {
                var key = (layer, ImagePath.Directory(path));
                if (!unowned.TryGetValue(key, out var paths))
                    unowned[key] = paths = [];
                paths.Add(path);
            }
        }
        foreach (var ((layer, directory), paths) in unowned)
        {
            var isOdd = Array.Exists(s_systemPrograms, prefix => $"{directory}/" == prefix);
            yield return Make("file/no-package", isOdd ? Severity.Medium : Severity.Negligible,
                $"{Programs(paths)} no package owns{(isOdd ? ", among programs of the system" : "")}") with
            { Path = directory.Length == 0 ? paths[0] : $"{directory}/", Layer = layer };
        }
        foreach (var finding in Changed(files))
            yield return finding;
    }

    private static IEnumerable<Finding> Powers(LayerFile file, bool isForeign)
    {
        var severity = isForeign ? Severity.High : Severity.Negligible;
        if (file.IsSetUser || file.IsSetGroup)
        {
            var whose = file.IsSetUser ? $"user {Number(file.Uid)}" : $"group {Number(file.Gid)}";
            yield return Make("file/set-user-id", file.IsExecutable ? severity : Severity.Negligible,
                $"whoever runs it becomes {whose}{(isForeign ? ", and no package owns it" : "")}") with
            { Fix = $"chmod {(file.IsSetUser ? "u-s" : "g-s")} it, unless it is needed" };
        }
        if (file.HasCapabilities)
        {
            var isMighty = FileCapabilities.AreMighty(file.Capabilities);
            yield return Make("file/capabilities", isMighty || !isForeign ? severity : Severity.Medium,
                $"whoever runs it has capabilities: {string.Join(", ", FileCapabilities.NamesOf(file.Capabilities).Take(8))}{(isMighty ? ", which are as good as root" : "")}{(isForeign ? "; no package owns it" : "")}");
        }
        if (file.IsExecutable && file.IsWorldWritable)
            yield return Make("file/world-writable", Severity.High, "anyone may rewrite this program") with { Fix = "chmod o-w it" };
    }

    private static IEnumerable<Finding> Changed(ImageFileSystem files)
    {
        var packages = files.All(layer => layer.PackagedFiles).SelectMany(kept => kept.Value.Select(package => (kept.Layer, Package: package))).ToArray();
        var parts = packages.Chunk(PackagesAtOnce).ToArray();
        var found = new List<Finding>[parts.Length];
        // For an image of known layers with a hundred thousand files of packages this is the longest part of a scan.
        Parallel.For(0, parts.Length, files.ForAnotherThread, (part, _, own) =>
        {
            found[part] = [.. parts[part].SelectMany(kept => Changed(own, kept.Package, kept.Layer))];
            return own;
        }, _ => { });
        return found.SelectMany(findings => findings);
    }

    private static IEnumerable<Finding> Changed(ImageFileSystem files, PackageContent package, int layer)
    {
        var changed = new List<(string Path, int Layer)>();
        foreach (var file in package.Files.Where(file => file.Kind != DigestKind.None))
        {
            // Nearly all came with the package's own layer, and are as they came.
            if (!FileHashes.IsCompared(file.Path) || files.FindIn(layer, file.Path, kept => kept.Digests(file.Kind)) == file.Digest)
                continue;
            // Under its own name, or where a link of a directory leads (bin -> usr/bin).
            var found = Digest(files, file, file.Path) ?? (Real(files, file) is { } path && path != file.Path ? Digest(files, file, path) : null);
            if (found is var (above, digest) && digest != file.Digest)
                changed.Add((file.Path, above));
        }
        // A package that was replaced as a whole by other means is one thing to look at.
        if (changed.Count > MostChangedOneByOne)
        {
            yield return Change(changed[0].Path, changed.Max(file => file.Layer),
                $"this and {Number(changed.Count - 1)} more files are not what the package {package.Package} brought");
            yield break;
        }
        foreach (var (path, above) in changed)
            yield return Change(path, above, $"it is not what the package {package.Package} brought");
    }

    // Of apk's files the last name may be that of a link which it knows as a link.
    private static string? Real(ImageFileSystem files, PackagedFile file) => !IsOfApk(file) ? files.Resolve(file.Path)
        : files.Resolve(ImagePath.Directory(file.Path)) is { } directory ? $"{directory}/{ImagePath.Name(file.Path)}"
        : null;

    private static (int Layer, UInt128 Value)? Digest(ImageFileSystem files, PackagedFile file, string path) =>
        // The sum of a link is that of where it says it leads.
        IsOfApk(file) && files.Find(path, layer => layer.Files) is (var above, { Kind: TarEntryKind.SymbolicLink } link)
            ? (above, OfLink(file.Kind, Encoding.UTF8.GetBytes(link.LinkTarget)))
            : files.Find(path, layer => layer.Digests(file.Kind));

    private static bool IsOfApk(PackagedFile file) => file.Kind is DigestKind.Sha1 or DigestKind.ApkSha256;

    private static UInt128 OfLink(DigestKind kind, byte[] target) => kind == DigestKind.Sha1 ? FileDigest.Sha1(target) : FileDigest.Of(SHA256.HashData(target));

    private static Finding Change(string path, int layer, string title) => Make("file/changed", Severity.High, title) with
    {
        Path = path,
        Layer = layer,
        Fix = "find out who changed it; install the package anew",
    };

    private static string Programs(List<string> paths) => paths.Count switch
    {
        1 => $"{ImagePath.Name(paths[0])} is a program that",
        <= 3 => $"{string.Join(", ", paths.Select(path => ImagePath.Name(path).ToString()))} are programs that",
        _ => $"{ImagePath.Name(paths[0])}, {ImagePath.Name(paths[1])} and {Number(paths.Count - 2)} more are programs that",
    };

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static Finding Make(string id, Severity severity, string title) => new() { Kind = FindingKind.File, Id = id, Severity = severity, Title = title };
}
