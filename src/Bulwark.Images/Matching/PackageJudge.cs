using Bulwark.Images.Advisories;
using Bulwark.Images.Packages;
using Bulwark.Images.Versions;

namespace Bulwark.Images.Matching;

/// <summary>Whether an advisory is about a version of a package. Pure: the same in every command and in the gate.</summary>
internal static class PackageJudge
{
    /// <summary>The verdict, or null when the version or the advisory's is not understood.</summary>
    public static Judgement? Judge(Advisory advisory, string version, VersionOrdering ordering)
    {
        if (advisory.State == AdvisoryState.NotAffected)
            return new(false, "");
        if (!ordering.IsValid(version))
            return null;
        var isUndecided = false;
        var isVulnerable = false;
        var fixedVersion = "";
        foreach (var range in advisory.Ranges)
        {
            switch (range.Contains(version, ordering))
            {
                case null:
                    isUndecided = true;
                    break;
                case true:
                    isVulnerable = true;
                    // Of several ranges that hold it, the one that ends last counts: a repair that did not hold was repeated.
                    if (fixedVersion.Length == 0 || (range.Fixed.Length > 0 && ordering.Compare(range.Fixed, fixedVersion) > 0))
                        fixedVersion = range.Fixed;
                    break;
            }
        }
        if (!isVulnerable && advisory.Versions.Any(listed => listed == version || ordering.Compare(listed, version) == 0))
            isVulnerable = true;
        return isVulnerable ? new(true, fixedVersion) : isUndecided ? null : new(false, "");
    }

    /// <summary>
    /// Which ecosystem's advisories speak about a package. A backport (<c>~bpo12</c>) was made from the next release's package, and a
    /// version that names a release (<c>deb13u1</c>) is that release's, whatever the image calls itself.
    /// </summary>
    public static string? EcosystemOf(Package package, Distribution? distribution)
    {
        if (!package.Kind.IsOfDistribution())
            return Advisories.Formats.OsvEcosystem.KeyOf(package.Kind);
        if (distribution?.Id == "debian" && package.Kind == PackageKind.Dpkg)
        {
            if (NumberAfter(package.SourceVersion, "~bpo") is { } backported)
                return $"debian:{backported + 1}";
            if (NumberAfter(package.SourceVersion, "deb") is { } release && package.SourceVersion.Contains($"deb{release}u", StringComparison.Ordinal))
                return $"debian:{release}";
        }
        return distribution?.Ecosystem;
    }

    // The last one counts: 1.0-1+deb12u1~bpo11+1 is a backport to 11.
    private static int? NumberAfter(string version, string mark)
    {
        var at = version.LastIndexOf(mark, StringComparison.Ordinal);
        if (at < 0)
            return null;
        var digits = Digits.Leading(version.AsSpan(at + mark.Length));
        return digits is > 0 and < 4 ? int.Parse(version.AsSpan(at + mark.Length, digits), System.Globalization.CultureInfo.InvariantCulture) : null;
    }
}
