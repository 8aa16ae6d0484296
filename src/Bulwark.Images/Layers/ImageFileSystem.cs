using System.Runtime.InteropServices;
using Bulwark.Images.Archives;

namespace Bulwark.Images.Layers;

/// <summary>
/// What a container of an image sees: its layers on top of each other, with what upper ones take away from lower ones. For one thread at a time.
/// </summary>
public sealed class ImageFileSystem
{
    // Linux gives up after as many links.
    private const int MostLinks = 40;
    private const int MostSteps = 4 * ImagePath.Deepest;

    private const int Nothing = -1;

    private readonly IReadOnlyList<Layer> _layers;
    private readonly Dictionary<PathKey, Uppermost> _uppermost;
    private readonly Dictionary<string, (PathKey Key, int HiddenBy)> _directories = new(StringComparer.Ordinal);

    public ImageFileSystem(Image image)
        : this(image.Layers, UppermostOf(image.Layers))
    {
    }

    private ImageFileSystem(IReadOnlyList<Layer> layers, Dictionary<PathKey, Uppermost> uppermost) => (_layers, _uppermost) = (layers, uppermost);

    /// <summary>The same for another thread, at the same time.</summary>
    public ImageFileSystem ForAnotherThread() => new(_layers, _uppermost);

    /// <summary>Whether what <paramref name="layer"/> has at this path is still there on top.</summary>
    public bool IsVisible(string path, int layer)
    {
        if (layer == _layers.Count - 1)
            return true;
        var slash = path.LastIndexOf('/');
        var (directory, hiddenBy) = OfDirectory(slash < 0 ? [] : path.AsSpan(0, slash));
        if (hiddenBy > layer)
            return false;
        // Replaced, by a file or by a directory, or taken away.
        return !_uppermost.TryGetValue(directory.Child(path.AsSpan(slash + 1)), out var upper) || Math.Max(Math.Max(upper.File, upper.Directory), upper.Whiteout) <= layer;
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

    /// <summary>What one layer keeps under this path, if it is still there.</summary>
    public T? FindIn<T>(int layer, string path, Func<Layer, IReadOnlyDictionary<string, T>> kept)
        where T : struct => kept(_layers[layer]).TryGetValue(path, out var value) && IsVisible(path, layer) ? value : null;

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
        var (resolved, links, steps) = ("", 0, 0);
        var rest = new Stack<string>(path.Split('/').Reverse());
        while (rest.TryPop(out var part))
        {
            if (++steps > MostSteps)
                return null;
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

    /// <summary>The key of a directory, and the uppermost layer that hides all that lower ones have in it.</summary>
    private (PathKey Key, int HiddenBy) OfDirectory(ReadOnlySpan<char> directory)
    {
        var known = _directories.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(directory, out var found))
            return found;
        var key = PathKey.Root;
        var hiddenBy = _uppermost.TryGetValue(key, out var root) ? root.Opaque : Nothing;
        foreach (var part in directory.IsEmpty ? default : directory.Split('/'))
        {
            key = key.Child(directory[part]);
            // Something else is there now than a directory; or it was taken away, or what was in it.
            if (_uppermost.TryGetValue(key, out var upper))
                hiddenBy = Math.Max(hiddenBy, Math.Max(Math.Max(upper.File, upper.Whiteout), upper.Opaque));
        }
        return known[directory] = (key, hiddenBy);
    }

    private static Dictionary<PathKey, Uppermost> UppermostOf(IReadOnlyList<Layer> layers)
    {
        // What the lowest layer has hides nothing.
        var found = new Dictionary<PathKey, Uppermost>(layers.Skip(1).Sum(layer => layer.Paths.Count + layer.Directories.Count));
        ref Uppermost At(PathKey key)
        {
            ref var upper = ref CollectionsMarshal.GetValueRefOrAddDefault(found, key, out var exists);
            if (!exists)
                upper = new(Nothing, Nothing, Nothing, Nothing);
            return ref upper;
        }
        for (var layer = 1; layer < layers.Count; layer++)
        {
            foreach (var key in layers[layer].Paths)
                At(key).File = layer;
            foreach (var key in layers[layer].Directories)
                At(key).Directory = layer;
            foreach (var path in layers[layer].Whiteouts)
                At(PathKey.Of(path)).Whiteout = layer;
            foreach (var path in layers[layer].OpaqueDirectories)
                At(path.Length == 0 ? PathKey.Root : PathKey.Of(path)).Opaque = layer;
        }
        return found;
    }

    /// <summary>The uppermost layers that have something at a path, or take it away.</summary>
    private record struct Uppermost(int File, int Directory, int Whiteout, int Opaque);
}
