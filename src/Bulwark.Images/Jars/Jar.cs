using System.Collections.Immutable;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Jars;

/// <summary>A JAR, WAR or EAR in a layer, or in another one.</summary>
/// <param name="Path">Where it is: <c>app/app.war!/WEB-INF/lib/a.jar</c>.</param>
/// <param name="Sha1">The first sixteen bytes of its SHA-1.</param>
/// <param name="HasClasses">Whether there is code in it: then it should have a name.</param>
/// <param name="HasProperties">Whether Maven's own properties name what is in it, rather than its manifest.</param>
/// <param name="Named">The packages that it says are in it.</param>
public sealed record Jar(string Path, UInt128 Sha1, bool HasClasses, bool HasProperties, ImmutableArray<Package> Named)
{
    /// <summary>The packages in it. What a digest tells is sure: it counts more than what it says of the same package, or by its manifest.</summary>
    /// <param name="byDigest">What has this digest; null if that is not known.</param>
    public IEnumerable<Package> Packages(Package? byDigest) =>
        byDigest is null ? Named : Named.Where(package => HasProperties && package.Name != byDigest.Name).Prepend(byDigest);
}
