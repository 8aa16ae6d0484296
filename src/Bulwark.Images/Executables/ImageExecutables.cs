using System.Collections.Immutable;
using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Executables;

/// <summary>The executable files of an image, and who brought them.</summary>
/// <param name="AreAll">Whether there are no others; else that a file is not among them says nothing.</param>
public sealed record ImageExecutables(ImmutableArray<ImageExecutable> Files, bool AreAll)
{
    private const int Most = 50_000;
    private const int MostCharacters = 8 << 20;
    private const int LongestName = 200;

    internal static ImageExecutables Of(Image image, ImageFileSystem files)
    {
        var paths = Paths(files, out var areAll);
        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (_, _, packages) in files.All(layer => layer.Packages))
        {
            foreach (var package in packages.Where(package => package.Kind.IsOfDistribution()))
                versions.TryAdd(package.Name, package.Version);
        }
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, package) in new PackageOwners(files).Of(paths))
            owners.TryAdd(path, package);
        return new(
            [
                .. paths.Order(StringComparer.Ordinal).Select(path => owners.GetValueOrDefault(path, "") is var owner && owner.Length == 0
                    ? new ImageExecutable($"/{path}", "", "")
                    : new($"/{path}", Short(owner), Short(versions.GetValueOrDefault(owner, "")))),
            ],
            areAll && !image.Doubts.Concat(image.Layers.SelectMany(layer => layer.Doubts)).Any(doubt => doubt.Kind is CannotTellKind.Layer or CannotTellKind.Limit));
    }

    private static HashSet<string> Paths(ImageFileSystem files, out bool areAll)
    {
        var (paths, characters) = (new HashSet<string>(StringComparer.Ordinal), 0L);
        var directories = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (_, path, file) in files.All(layer => layer.Files))
        {
            // One of a form that is not read may be a program as well.
            if (!file.IsExecutable && file.Kind != TarEntryKind.Unknown)
                continue;
            var directory = ImagePath.Directory(path);
            if (!directories.TryGetValue(directory, out var real))
                directories[directory] = real = files.Resolve(directory);
            if (real is null)
                continue;
            var name = real.Length == 0 ? ImagePath.Name(path).ToString() : $"{real}/{ImagePath.Name(path)}";
            if (paths.Count == Most || (characters += name.Length) > MostCharacters)
            {
                areAll = false;
                return paths;
            }
            paths.Add(name);
        }
        areAll = true;
        return paths;
    }

    private static string Short(string name) => name.Length > LongestName ? name[..LongestName] : name;
}
