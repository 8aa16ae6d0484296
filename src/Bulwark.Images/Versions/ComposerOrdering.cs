using System.Text.RegularExpressions;

namespace Bulwark.Images.Versions;

/// <summary>Composer's versions, in the order of PHP's <c>version_compare</c> (https://www.php.net/version_compare), which Composer uses.</summary>
internal sealed partial class ComposerOrdering : VersionOrdering
{
    private const int NumberRank = 4;

    protected override bool IsUnderstood(string version) => Form().IsMatch(version);

    protected override int CompareValid(string left, string right)
    {
        var (a, b) = (Parts(left), Parts(right));
        for (var index = 0; index < Math.Min(a.Count, b.Count); index++)
        {
            if (CompareParts(a[index], b[index]) is not 0 and var order)
                return order;
        }
        if (a.Count == b.Count)
            return 0;
        // What is left over: a number makes it newer, a word as that word ranks beside nothing.
        var (longer, sign) = a.Count > b.Count ? (a[b.Count], 1) : (b[a.Count], -1);
        return char.IsAsciiDigit(longer[0]) ? sign : sign * Rank(longer).CompareTo(NumberRank);
    }

    private static int CompareParts(string left, string right)
    {
        var (isLeftNumber, isRightNumber) = (char.IsAsciiDigit(left[0]), char.IsAsciiDigit(right[0]));
        return isLeftNumber && isRightNumber ? Digits.Compare(left, right)
            : (isLeftNumber ? NumberRank : Rank(left)).CompareTo(isRightNumber ? NumberRank : Rank(right));
    }

    private static int Rank(string word) => word switch
    {
        "dev" => 0,
        "alpha" or "a" => 1,
        "beta" or "b" => 2,
        "RC" or "rc" or "c" => 3,
        "pl" or "p" or "patch" => 5,
        _ => -1,
    };

    // Numbers and words alternate, whatever stands between them.
    private static List<string> Parts(string version) => [.. Part().Matches(version.TrimStart('v', 'V')).Select(match => match.Value)];

    [GeneratedRegex(@"\A[vV]?[0-9][0-9A-Za-z.+_~^-]*\z")]
    private static partial Regex Form();

    [GeneratedRegex(@"[0-9]+|[A-Za-z]+")]
    private static partial Regex Part();
}
