using Bulwark.Images.Layers;

namespace Bulwark.Images.Packages;

/// <summary>Which files of an image belong to packages of its distribution.</summary>
public sealed class OwnedFiles
{
    // Since these became links into usr (usrmerge), packages list their files under both names.
    private static readonly string[] s_merged = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

    private readonly HashSet<PathKey> _owned = [];
    private readonly HashSet<string> _links = new(StringComparer.Ordinal);

    public OwnedFiles(ImageFileSystem files)
    {
        foreach (var (_, _, paths) in files.All(layer => layer.OwnedPaths))
            _owned.UnionWith(paths);
        foreach (var directory in s_merged)
        {
            if (files.Resolve(directory) == $"usr/{directory}")
                _links.Add(directory);
        }
    }

    /// <summary>Whether anything at all is known of owners; without that "no owner" says nothing.</summary>
    public bool AreKnown => _owned.Count > 0;

    public bool Contains(string path)
    {
        if (_owned.Contains(PathKey.Of(path)))
            return true;
        var first = path.Split('/', 2)[0];
        if (_links.Contains(first))
            return _owned.Contains(PathKey.Of($"usr/{path}"));
        return path.StartsWith("usr/", StringComparison.Ordinal) && path.Split('/', 3) is ["usr", var second, _] && _links.Contains(second)
            && _owned.Contains(PathKey.Of(path.AsSpan("usr/".Length)));
    }
}
