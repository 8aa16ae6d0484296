using System.Globalization;

namespace Bulwark.Images.Versions;

/// <summary>
/// NuGet's versions: semantic ones with up to four numbers, where case means nothing (NuGet's documentation, "Package versioning"). Against that, a part
/// of what follows the dash is a number if .NET reads it as one, with a sign and of 32 bits (NuGet.Versioning, <c>VersionComparer</c>).
/// </summary>
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

    protected override int CompareValid(string left, string right) => SemanticOrdering.Compare(left, right, ComparePart);

    private static int ComparePart(string left, string right) => (Number(left), Number(right)) switch
    {
        ({ } a, { } b) => a.CompareTo(b),
        ({ }, null) => -1,
        (null, { }) => 1,
        _ => string.Compare(left, right, StringComparison.OrdinalIgnoreCase),
    };

    private static int? Number(string part) =>
        int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
