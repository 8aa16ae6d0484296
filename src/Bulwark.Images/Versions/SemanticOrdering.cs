namespace Bulwark.Images.Versions;

/// <summary>
/// Semantic versions (https://semver.org/spec/v2.0.0.html): npm, Go, Rust. Also with a <c>v</c> in front, as Go writes them, and with
/// one or two numbers only, as advisories do.
/// </summary>
internal sealed class SemanticOrdering : VersionOrdering
{
    protected override bool IsUnderstood(string version)
    {
        Split(WithoutV(version), out var core, out var before);
        var numbers = 0;
        foreach (var range in core.Split('.'))
        {
            if (!Digits.Are(core[range]) || ++numbers > 3)
                return false;
        }
        if (before.IsEmpty)
            return !version.Split('+')[0].EndsWith('-');
        foreach (var range in before.Split('.'))
        {
            if (before[range].IsEmpty || HasOther(before[range]))
                return false;
        }
        return true;
    }

    protected override int CompareValid(string left, string right) => Compare(WithoutV(left), WithoutV(right), ComparePart);

    /// <summary>Compares two versions, with any count of numbers and none in front of them.</summary>
    /// <param name="comparePart">Compares two parts, between dots, of what follows the dash.</param>
    internal static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, Comparison<string> comparePart)
    {
        Split(left, out var leftCore, out var leftBefore);
        Split(right, out var rightCore, out var rightBefore);
        while (!leftCore.IsEmpty || !rightCore.IsEmpty)
        {
            if (Digits.Compare(Take(ref leftCore), Take(ref rightCore)) is not 0 and var order)
                return order;
        }
        // A release is newer than what came before it.
        if (leftBefore.IsEmpty || rightBefore.IsEmpty)
            return leftBefore.IsEmpty.CompareTo(rightBefore.IsEmpty);
        while (!leftBefore.IsEmpty && !rightBefore.IsEmpty)
        {
            if (comparePart(Take(ref leftBefore).ToString(), Take(ref rightBefore).ToString()) is not 0 and var order)
                return order;
        }
        return leftBefore.Length.CompareTo(rightBefore.Length);
    }

    // Numbers by value and before words, words by their characters.
    private static int ComparePart(string left, string right) => (Digits.Are(left), Digits.Are(right)) switch
    {
        (true, true) => Digits.Compare(left, right),
        (true, false) => -1,
        (false, true) => 1,
        _ => string.CompareOrdinal(left, right),
    };

    internal static ReadOnlySpan<char> Take(ref ReadOnlySpan<char> rest)
    {
        var dot = rest.IndexOf('.');
        var part = dot < 0 ? rest : rest[..dot];
        rest = dot < 0 ? [] : rest[(dot + 1)..];
        return part;
    }

    /// <summary>Into the numbers and what follows a '-'; what follows a '+' means nothing.</summary>
    internal static void Split(ReadOnlySpan<char> version, out ReadOnlySpan<char> core, out ReadOnlySpan<char> before)
    {
        var plus = version.IndexOf('+');
        if (plus >= 0)
            version = version[..plus];
        var dash = version.IndexOf('-');
        core = dash < 0 ? version : version[..dash];
        before = dash < 0 ? [] : version[(dash + 1)..];
    }

    private static ReadOnlySpan<char> WithoutV(ReadOnlySpan<char> version) => version is ['v', ..] ? version[1..] : version;

    private static bool HasOther(ReadOnlySpan<char> identifier)
    {
        foreach (var character in identifier)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character != '-')
                return true;
        }
        return false;
    }
}
