namespace Bulwark.Images.Packages;

/// <summary>A package and where in the image it is known from.</summary>
/// <param name="Path">The file that says that it is installed.</param>
/// <param name="Layer">The lowest layer since which it has been there in this version, counted from 0.</param>
public sealed record InstalledPackage(Package Package, string Path, int Layer)
{
    /// <summary>
    /// Whether a package of the distribution brought that file. Then the distribution's advisories are the ones that know: it may have
    /// repaired the package without changing its version.
    /// </summary>
    public bool IsPartOfDistribution { get; init; }
}
