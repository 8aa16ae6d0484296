namespace Bulwark.Images.Layers;

/// <summary>
/// Paths inside an image: relative to its root, parts joined by '/', without <c>.</c> and <c>..</c>. They name things in results and
/// never become paths of this machine.
/// </summary>
public static class ImagePath
{
    /// <summary>
    /// Most parts of a path. Linux lets one make 2,048 of them; the deepest of images in use have some 80, and all that is done with a path takes as
    /// long as it is deep.
    /// </summary>
    public const int Deepest = 256;

    /// <summary>The clean form of a path in an archive, or null if it leads out of the image, or too deep.</summary>
    public static string? Clean(string path)
    {
        if (IsClean(path))
            return path.AsSpan().Count('/') < Deepest ? path : null;
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part is ".." || parts.Count == Deepest)
                return null;
            parts.Add(part);
        }
        return string.Join('/', parts);
    }

    /// <summary>Where a link in <paramref name="directory"/> leads, or null if out of the image.</summary>
    public static string? Follow(string directory, string target)
    {
        if (target.StartsWith('/'))
            directory = "";
        var parts = new List<string>(directory.Split('/', StringSplitOptions.RemoveEmptyEntries));
        foreach (var part in target.Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part is "..")
            {
                // The root is its own parent.
                if (parts.Count > 0)
                    parts.RemoveAt(parts.Count - 1);
                continue;
            }
            if (parts.Count == Deepest)
                return null;
            parts.Add(part);
        }
        return string.Join('/', parts);
    }

    public static string Directory(string path) => path.LastIndexOf('/') is var slash and >= 0 ? path[..slash] : "";

    public static ReadOnlySpan<char> Name(ReadOnlySpan<char> path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>The path's directories, from the root's child down to its parent.</summary>
    public static IEnumerable<string> Parents(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            yield return path[..slash];
    }

    private static bool IsClean(string path)
    {
        var start = 0;
        for (var at = 0; at <= path.Length; at++)
        {
            if (at < path.Length && path[at] != '/')
                continue;
            if (path.AsSpan(start, at - start) is "" or "." or "..")
                return false;
            start = at + 1;
        }
        return true;
    }
}
