using Bulwark.Images.Versions;

namespace Bulwark.Images.Packages;

/// <summary>What follows from a <see cref="PackageKind"/>.</summary>
public static class PackageKinds
{
    public static VersionOrdering Ordering(this PackageKind kind) => kind switch
    {
        PackageKind.Dpkg => VersionOrdering.Dpkg,
        PackageKind.Apk => VersionOrdering.Apk,
        PackageKind.Rpm => VersionOrdering.Rpm,
        PackageKind.Python => VersionOrdering.Python,
        PackageKind.Maven => VersionOrdering.Maven,
        PackageKind.Gem => VersionOrdering.Gem,
        PackageKind.NuGet => VersionOrdering.NuGet,
        PackageKind.Composer => VersionOrdering.Composer,
        _ => VersionOrdering.Semantic,
    };

    /// <summary>Whether a distribution packed it, so that the distribution's advisories are about it.</summary>
    public static bool IsOfDistribution(this PackageKind kind) => kind is PackageKind.Dpkg or PackageKind.Apk or PackageKind.Rpm;

    /// <summary>
    /// The name under which all spellings of a package are the same: PyPI takes <c>Foo_Bar</c> for <c>foo-bar</c>
    /// (https://packaging.python.org/specifications/name-normalization), NuGet and Composer ignore case.
    /// </summary>
    public static string Normalise(this PackageKind kind, string name) => kind switch
    {
        PackageKind.Python => NormalisePython(name),
        PackageKind.NuGet or PackageKind.Composer => name.ToLowerInvariant(),
        _ => name,
    };

    private static string NormalisePython(string name)
    {
        var normalised = new System.Text.StringBuilder(name.Length);
        foreach (var character in name)
        {
            if (character is not ('-' or '_' or '.'))
                normalised.Append(char.ToLowerInvariant(character));
            else if (normalised.Length > 0 && normalised[^1] != '-')
                normalised.Append('-');
        }
        return normalised.ToString();
    }
}
