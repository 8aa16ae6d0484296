namespace Bulwark.Images.Versions;

/// <summary>NuGet's versions: semantic ones with up to four numbers, where case means nothing (NuGet's documentation, "Package versioning").</summary>
internal sealed class NuGetOrdering : VersionOrdering
{
    protected override bool IsUnderstood(string version)
    {
        SemanticOrdering.Split(version, out var core, out var before);
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

    protected override int CompareValid(string left, string right) => SemanticOrdering.Compare(left, right, ignoreCase: true);
}
