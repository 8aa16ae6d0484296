namespace Bulwark.Images.Packages;

/// <summary>A package that is installed in an image.</summary>
/// <param name="Version">As its database writes it, with the epoch.</param>
public sealed record Package(PackageKind Kind, string Name, string Version)
{
    /// <summary>
    /// What it was built from: advisories of distributions are about sources. The package's own name where the database names no other.
    /// </summary>
    public string Source { get; init; } = Name;

    /// <summary>Version of <see cref="Source"/>: a rebuild (<c>+b1</c>) or a binary package's own epoch are not part of it.</summary>
    public string SourceVersion { get; init; } = Version;

    public string Architecture { get; init; } = "";

    /// <summary>Who made it, as it says; tells another vendor's package from the distribution's own.</summary>
    public string Maintainer { get; init; } = "";
}
