namespace Bulwark.Images.Versions;

/// <summary>
/// Maven's versions, which may be anything (Maven's "Version Order Specification" in its POM reference, and what
/// ComparableVersion of Maven 3.8 does where that text is silent).
/// </summary>
internal sealed class MavenOrdering : VersionOrdering
{
    /// <summary>Anything but what is no version at all: <c>${revision}</c>, or parts with nothing in them.</summary>
    protected override bool IsUnderstood(string version)
    {
        var wasSeparator = true;
        foreach (var character in version)
        {
            var isSeparator = character is '.' or '-';
            if (character is '$' or '{' or '}' or <= ' ' || (isSeparator && wasSeparator))
                return false;
            wasSeparator = isSeparator;
        }
        return !wasSeparator;
    }

    protected override int CompareValid(string left, string right) => MavenItem.Parse(left).CompareTo(MavenItem.Parse(right));
}
