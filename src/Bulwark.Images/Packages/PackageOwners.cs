using Bulwark.Images.Layers;
using Bulwark.Images.Packages.Debian;

namespace Bulwark.Images.Packages;

/// <summary>Which packages of an image's distribution own a file; <see cref="OwnedFiles"/> only knows whether any does.</summary>
internal sealed class PackageOwners(ImageFileSystem files)
{
    /// <summary>Each of these paths with a package that owns it; several own some, and none others.</summary>
    public IEnumerable<(string Path, string Package)> Of(IEnumerable<string> paths)
    {
        var links = OwnedFiles.LinksOf(files);
        var wanted = paths.SelectMany(path => OwnedFiles.NamesOf(links, path).Select(name => (Key: PathKey.Of(name), Path: path)))
            .GroupBy(pair => pair.Key).ToDictionary(group => group.Key, group => group.First().Path);
        foreach (var (_, list, keys) in files.All(layer => layer.OwnedPaths))
        {
            if (!DpkgFiles.IsOfOnePackage(list))
                continue;
            foreach (var key in keys)
            {
                if (wanted.TryGetValue(key, out var path))
                    yield return (path, DpkgFiles.PackageOf(list));
            }
        }
        foreach (var (_, list, packages) in files.All(layer => layer.PackagedFiles))
        {
            if (DpkgFiles.IsOfOnePackage(list))
                continue;
            foreach (var package in packages)
            {
                foreach (var file in package.Files)
                {
                    if (wanted.TryGetValue(PathKey.Of(file.Path), out var path))
                        yield return (path, package.Package);
                }
            }
        }
    }
}
