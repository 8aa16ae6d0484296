using System.Collections.Immutable;
using System.Globalization;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Layers;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Jars;

/// <summary>
/// Names the JARs of an image by what they say and by a table of digests. That is not done while its layers are read: what is kept of a layer holds
/// for whatever table there will be.
/// </summary>
/// <param name="table">Null if there is none.</param>
internal sealed class JarNames(JarTable? table)
{
    private const int MostNameless = 1000;

    private readonly Dictionary<Layer, IReadOnlyDictionary<string, ImmutableArray<Package>>> _layers = [];
    private string _damage = "";

    /// <summary>Packages of a layer, by the file that says that they are installed.</summary>
    public IReadOnlyDictionary<string, ImmutableArray<Package>> Packages(Layer layer)
    {
        if (table is null || layer.Jars.Count == 0)
            return layer.Packages;
        if (_layers.TryGetValue(layer, out var known))
            return known;
        var packages = new Dictionary<string, ImmutableArray<Package>>(layer.Packages, StringComparer.Ordinal);
        foreach (var (path, jars) in layer.Jars)
            packages[path] = [.. jars.SelectMany(jar => jar.Packages(ByDigest(jar))).Distinct()];
        return _layers[layer] = packages;
    }

    /// <summary>JARs with code in them of which nobody knows what they are, but for those that a package of the distribution brought.</summary>
    public IEnumerable<CannotTell> Doubts(ImageFileSystem files, OwnedFiles owned)
    {
        var nameless = files.All(layer => layer.Jars).Where(found => !owned.Contains(found.Path))
            .SelectMany(found => found.Value.Where(jar => jar is { HasClasses: true, Named.IsEmpty: true } && ByDigest(jar) is null).Select(jar => (found.Layer, jar.Path))).ToList();
        var (reason, hint) = table is null
            ? ("it does not say which Maven package it is", $"with a table of digests it may be known: {JarTable.Remake}")
            : ("it does not say which Maven package it is, and the table of digests does not know it", "");
        foreach (var (layer, path) in nameless.Take(MostNameless))
            yield return new(CannotTellKind.File, path, reason) { Layer = layer, Hint = hint };
        if (nameless.Count > MostNameless)
            yield return new(CannotTellKind.File, "", string.Create(CultureInfo.InvariantCulture, $"{nameless.Count - MostNameless} more JARs do not say which Maven packages they are"));
        if (_damage.Length > 0)
            yield return new(CannotTellKind.Packages, "", $"the table of JARs cannot be used: {_damage}") { Hint = JarTable.Remake };
    }

    private Package? ByDigest(Jar jar)
    {
        try
        {
            return table?.Find(jar.Sha1);
        }
        catch (AdvisoryFileException e)
        {
            _damage = e.Message;
            return null;
        }
    }
}
