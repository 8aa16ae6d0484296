using Bulwark.Images.Versions;

namespace Bulwark.Images.Advisories;

/// <summary>Versions from <paramref name="Introduced"/> on, up to but without <paramref name="Fixed"/>, or up to and with <paramref name="LastAffected"/>.</summary>
/// <param name="Introduced">Empty: from the first one on.</param>
/// <param name="Fixed">Empty: there is none.</param>
/// <param name="LastAffected">Empty: none is named.</param>
public readonly record struct VersionRange(string Introduced, string Fixed, string LastAffected)
{
    /// <summary>Whether the version is in it; null when one of the versions is not understood.</summary>
    public bool? Contains(string version, VersionOrdering ordering)
    {
        if (!ordering.IsValid(version))
            return null;
        if (Introduced.Length > 0 && ordering.Compare(version, Introduced) is var from && from is null or < 0)
            return from is null ? null : false;
        if (Fixed.Length > 0)
            return ordering.Compare(version, Fixed) is { } to ? to < 0 : null;
        if (LastAffected.Length > 0)
            return ordering.Compare(version, LastAffected) is { } last ? last <= 0 : null;
        return true;
    }
}
