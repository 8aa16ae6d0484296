namespace Bulwark.Images.Packages;

/// <summary>Who packed a package, and so how it is named and how its versions are ordered.</summary>
public enum PackageKind
{
    Dpkg,
    Apk,
    Rpm,
    Npm,
    Python,
    Maven,
    Gem,
    Go,
    Cargo,
    NuGet,
    Composer,
}
