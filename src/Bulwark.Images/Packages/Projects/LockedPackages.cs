namespace Bulwark.Images.Packages.Projects;

/// <summary>What a lock file names.</summary>
/// <param name="Packages">Those with one sure version.</param>
/// <param name="Open">How many have none: a range, or a version that another file would have to say.</param>
internal sealed record LockedPackages(IReadOnlyList<Package> Packages, int Open = 0);
