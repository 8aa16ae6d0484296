using Bulwark.Images.Layers;

namespace Bulwark.Images.Packages;

/// <summary>Which files of an image belong to packages of its distribution.</summary>
public sealed class OwnedFiles
{
    // Since these became links into usr (usrmerge), packages list their files under both names.
    private static readonly string[] s_merged = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

    private readonly HashSet<PathKey> _owned = [];
    private readonly HashSet<string> _links;

    public OwnedFiles(ImageFileSystem files)
    {
        foreach (var (_, _, paths) in files.All(layer => layer.OwnedPaths))
            _owned.UnionWith(paths);
        _links = LinksOf(files);
    }

    /// <summary>Whether anything at all is known of owners; without that "no owner" says nothing.</summary>
    public bool AreKnown => _owned.Count > 0;

    public bool Contains(string path) => NamesOf(_links, path).Any(name => _owned.Contains(PathKey.Of(name)));

    /// <summary>Directories that are links into <c>usr</c>.</summary>
    internal static HashSet<string> LinksOf(ImageFileSystem files) =>
        s_merged.Where(directory => files.Resolve(directory) == $"usr/{directory}").ToHashSet(StringComparer.Ordinal);

    /// <summary>The names that a package may list a file under.</summary>
    internal static IEnumerable<string> NamesOf(HashSet<string> links, string path)
    {
        yield return path;
        if (links.Contains(path.Split('/', 2)[0]))
            yield return $"usr/{path}";
        else if (path.StartsWith("usr/", StringComparison.Ordinal) && path.Split('/', 3) is ["usr", var second, _] && links.Contains(second))
            yield return path["usr/".Length..];
    }
}
