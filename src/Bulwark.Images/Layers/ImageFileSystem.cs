using Bulwark.Images.Archives;

namespace Bulwark.Images.Layers;

/// <summary>What a container of an image sees: its layers on top of each other, with what upper ones take away from lower ones.</summary>
public sealed class ImageFileSystem(Image image)
{
    // Linux gives up after as many links.
    private const int MostLinks = 40;

    private readonly IReadOnlyList<Layer> _layers = image.Layers;

    /// <summary>Whether what <paramref name="layer"/> has at this path is still there on top.</summary>
    public bool IsVisible(string path, int layer)
    {
        if (layer == _layers.Count - 1)
            return true;
        var parents = ImagePath.Parents(path).ToList();
        var keys = parents.ConvertAll(parent => PathKey.Of(parent));
        var key = PathKey.Of(path);
        for (var upper = layer + 1; upper < _layers.Count; upper++)
        {
            if (Hides(_layers[upper], path, key, parents, keys))
                return false;
        }
        return true;
    }

    /// <summary>The uppermost of what layers keep under this path, if it is still there.</summary>
    public (int Layer, T Value)? Find<T>(string path, Func<Layer, IReadOnlyDictionary<string, T>> kept)
    {
        for (var layer = _layers.Count - 1; layer >= 0; layer--)
        {
            if (kept(_layers[layer]).TryGetValue(path, out var value))
                return IsVisible(path, layer) ? (layer, value) : null;
        }
        return null;
    }

    /// <summary>All that layers keep and that is still there.</summary>
    public IEnumerable<(int Layer, string Path, T Value)> All<T>(Func<Layer, IReadOnlyDictionary<string, T>> kept)
    {
        for (var layer = 0; layer < _layers.Count; layer++)
        {
            foreach (var (path, value) in kept(_layers[layer]))
            {
                if (IsVisible(path, layer))
                    yield return (layer, path, value);
            }
        }
    }

    /// <summary>Where a path leads once every link in it is followed inside the image; null for links without an end.</summary>
    public string? Resolve(string path)
    {
        var (resolved, links) = ("", 0);
        var rest = new Stack<string>(path.Split('/').Reverse());
        while (rest.TryPop(out var part))
        {
            var next = resolved.Length == 0 ? part : $"{resolved}/{part}";
            if (Find(next, layer => layer.Files) is not { Value: { Kind: TarEntryKind.SymbolicLink } link })
            {
                resolved = next;
                continue;
            }
            if (++links > MostLinks || ImagePath.Follow(resolved, link.LinkTarget) is not { } target)
                return null;
            foreach (var step in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                rest.Push(step);
            resolved = "";
        }
        return resolved;
    }

    private static bool Hides(Layer upper, string path, PathKey key, List<string> parents, List<PathKey> keys)
    {
        // Replaced, by a file or by a directory, or taken away.
        if (upper.Paths.Contains(key) || upper.Directories.Contains(key) || upper.Whiteouts.Contains(path))
            return true;
        if (upper.OpaqueDirectories.Count > 0 && (upper.OpaqueDirectories.Contains("") || parents.Exists(upper.OpaqueDirectories.Contains)))
            return true;
        if (upper.Whiteouts.Count > 0 && parents.Exists(upper.Whiteouts.Contains))
            return true;
        // What was a directory is something else now.
        return keys.Exists(upper.Paths.Contains);
    }
}
