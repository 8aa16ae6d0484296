namespace Bulwark.Images.Versions;

/// <summary>NuGet's versions: semantic ones with up to four numbers, where case means nothing (NuGet's documentation, "Package versioning").</summary>
internal sealed class NuGetOrdering : VersionOrdering
{
    protected override bool IsUnderstood(string version)
    {
        Split(version, out var core, out var before);
        var numbers = 0;
        foreach (var range in core.Split('.'))
        {
            if (!Digits.Are(core[range]) || ++numbers > 4)
                return false;
        }
        foreach (var character in before)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '.'))
                return false;
        }
        return true;
    }

    protected override int CompareValid(string left, string right)
    {
        Split(left, out var leftCore, out var leftBefore);
        Split(right, out var rightCore, out var rightBefore);
        while (!leftCore.IsEmpty || !rightCore.IsEmpty)
        {
            if (Digits.Compare(SemanticOrdering.Take(ref leftCore), SemanticOrdering.Take(ref rightCore)) is not 0 and var order)
                return order;
        }
        if (leftBefore.IsEmpty || rightBefore.IsEmpty)
            return leftBefore.IsEmpty.CompareTo(rightBefore.IsEmpty);
        return SemanticOrdering.CompareIdentifiers(leftBefore, rightBefore, ignoreCase: true);
    }

    private static void Split(ReadOnlySpan<char> version, out ReadOnlySpan<char> core, out ReadOnlySpan<char> before)
    {
        var plus = version.IndexOf('+');
        if (plus >= 0)
            version = version[..plus];
        var dash = version.IndexOf('-');
        core = dash < 0 ? version : version[..dash];
        before = dash < 0 ? [] : version[(dash + 1)..];
    }
}
