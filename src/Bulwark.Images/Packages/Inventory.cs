using System.Collections.Immutable;
using Bulwark.Images.Jars;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Packages;

/// <summary>What is installed in an image.</summary>
/// <param name="Distribution">Null where there is none, or none that says so.</param>
public sealed record Inventory(Distribution? Distribution, ImmutableArray<InstalledPackage> Packages, ImmutableArray<CannotTell> Doubts)
{
    /// <param name="jars">Names JARs that do not say what they are; null if there is no such table.</param>
    public static Inventory Of(Image image, ImageFileSystem files, OwnedFiles owned, JarTable? jars = null)
    {
        var names = new JarNames(jars);
        var doubts = new List<CannotTell>();
        var packages = new List<InstalledPackage>();
        var contained = new Dictionary<(string Path, int Layer), HashSet<Package>>();
        foreach (var (_, path, found) in files.All(names.Packages))
        {
            foreach (var package in found)
            {
                packages.Add(new(package, path, Since(image, files, names, path, package, contained))
                {
                    IsPartOfDistribution = !package.Kind.IsOfDistribution() && owned.Contains(path),
                });
            }
        }
        var distribution = FindDistribution(files);
        if (!packages.Exists(package => package.Package.Kind.IsOfDistribution()))
        {
            if (distribution is not null)
            {
                doubts.Add(new(CannotTellKind.Packages, distribution.Name, "it has no package database, so nobody knows what of it is installed"));
            }
            else if (packages.Count == 0)
                doubts.Add(new(CannotTellKind.Packages, "", "it has no package database and no packages that are known to this version of Bulwark"));
        }
        else if (distribution is null)
            doubts.Add(new(CannotTellKind.Release, "", "it has packages, but no os-release that says of which distribution"));
        return new(
            distribution,
            [.. packages.OrderBy(package => package.Package.Kind).ThenBy(package => package.Package.Name, StringComparer.Ordinal)
                .ThenBy(package => package.Package.Version, StringComparer.Ordinal).ThenBy(package => package.Path, StringComparer.Ordinal)],
            [.. doubts, .. names.Doubts(files, owned)]);
    }

    private static Distribution? FindDistribution(ImageFileSystem files)
    {
        foreach (var path in OsRelease.Paths)
        {
            if (files.Resolve(path) is { } resolved && files.Find(resolved, layer => layer.Documents) is var (_, text)
                && OsRelease.Read(text.Span) is { } distribution)
                return distribution;
        }
        return null;
    }

    // A layer that changes a package database brings all of it anew; what was in it before came from further down.
    private static int Since(
        Image image, ImageFileSystem files, JarNames names, string path, Package package, Dictionary<(string Path, int Layer), HashSet<Package>> contained)
    {
        var since = -1;
        for (var layer = image.Layers.Length - 1; layer >= 0; layer--)
        {
            if (!names.Packages(image.Layers[layer]).TryGetValue(path, out var packages))
                continue;
            if (!contained.TryGetValue((path, layer), out var all))
                contained[(path, layer)] = all = [.. packages];
            if (!all.Contains(package) || (since < 0 && !files.IsVisible(path, layer)))
                break;
            since = layer;
        }
        return since;
    }
}
