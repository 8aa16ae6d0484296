namespace Bulwark.Images.Versions;

/// <summary>rpm's versions: <c>[epoch:]version[-release]</c> (rpm's manual, "rpm-version(7)").</summary>
internal sealed class RpmOrdering : VersionOrdering
{
    protected override bool IsUnderstood(string version)
    {
        var colon = version.IndexOf(':', StringComparison.Ordinal);
        return !version.AsSpan().ContainsAnyExceptInRange('!', '~') && !version.EndsWith('-') && colon != version.Length - 1
            && (colon < 0 || Digits.Are(version.AsSpan(0, colon)));
    }

    protected override int CompareValid(string left, string right)
    {
        Split(left, out var leftEpoch, out var leftVersion, out var leftRelease);
        Split(right, out var rightEpoch, out var rightVersion, out var rightRelease);
        var order = Digits.Compare(leftEpoch, rightEpoch);
        if (order == 0)
            order = ComparePart(leftVersion, rightVersion);
        if (order != 0)
            return order;
        // Without a release it is older than with any.
        return leftRelease.IsEmpty || rightRelease.IsEmpty ? rightRelease.IsEmpty.CompareTo(leftRelease.IsEmpty) : ComparePart(leftRelease, rightRelease);
    }

    private static void Split(ReadOnlySpan<char> text, out ReadOnlySpan<char> epoch, out ReadOnlySpan<char> version, out ReadOnlySpan<char> release)
    {
        var colon = text.IndexOf(':');
        epoch = colon < 0 ? [] : text[..colon];
        text = text[(colon + 1)..];
        var dash = text.LastIndexOf('-');
        version = dash < 0 ? text : text[..dash];
        release = dash < 0 ? [] : text[(dash + 1)..];
    }

    private static int ComparePart(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (true)
        {
            left = left[SeparatorLength(left)..];
            right = right[SeparatorLength(right)..];
            // '~' is older than the end of the version, '^' newer than it but older than anything that goes on.
            if (left is ['~', ..] || right is ['~', ..])
            {
                if (left is not ['~', ..])
                    return 1;
                if (right is not ['~', ..])
                    return -1;
            }
            else if (left is ['^', ..] || right is ['^', ..])
            {
                if (left.IsEmpty)
                    return -1;
                if (right.IsEmpty)
                    return 1;
                if (left is not ['^', ..])
                    return 1;
                if (right is not ['^', ..])
                    return -1;
            }
            else if (left.IsEmpty || right.IsEmpty)
                return left.Length.CompareTo(right.Length);
            else if (CompareSegment(ref left, ref right) is not 0 and var order)
                return order;
            else
                continue;
            left = left[1..];
            right = right[1..];
        }
    }

    // Numbers are newer than letters.
    private static int CompareSegment(ref ReadOnlySpan<char> left, ref ReadOnlySpan<char> right)
    {
        var isNumber = char.IsAsciiDigit(left[0]);
        if (isNumber != char.IsAsciiDigit(right[0]))
            return isNumber ? 1 : -1;
        var (leftLength, rightLength) = isNumber ? (Digits.Leading(left), Digits.Leading(right)) : (Letters(left), Letters(right));
        var order = isNumber
            ? Digits.Compare(left[..leftLength], right[..rightLength])
            : left[..leftLength].SequenceCompareTo(right[..rightLength]);
        left = left[leftLength..];
        right = right[rightLength..];
        return order;
    }

    private static int Letters(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && char.IsAsciiLetter(text[length]))
            length++;
        return length;
    }

    private static int SeparatorLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && !char.IsAsciiLetterOrDigit(text[length]) && text[length] is not ('~' or '^'))
            length++;
        return length;
    }
}
