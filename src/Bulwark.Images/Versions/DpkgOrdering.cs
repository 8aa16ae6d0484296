namespace Bulwark.Images.Versions;

/// <summary>Debian's and Ubuntu's versions: <c>[epoch:]upstream[-revision]</c> (deb-version(7)).</summary>
internal sealed class DpkgOrdering : VersionOrdering
{
    protected override bool IsUnderstood(string version)
    {
        var (epoch, upstream, revision) = Split(version);
        return (epoch.IsEmpty ? !version.StartsWith(':') : Digits.Are(epoch)) && !upstream.IsEmpty && char.IsAsciiDigit(upstream[0])
            && !HasOther(upstream, ".+-~:") && !HasOther(revision, ".+~") && !version.EndsWith('-');
    }

    protected override int CompareValid(string left, string right)
    {
        var (leftEpoch, leftUpstream, leftRevision) = Split(left);
        var (rightEpoch, rightUpstream, rightRevision) = Split(right);
        var order = Digits.Compare(leftEpoch, rightEpoch);
        if (order == 0)
            order = ComparePart(leftUpstream, rightUpstream);
        return order != 0 ? order : ComparePart(leftRevision, rightRevision);
    }

    private static Parts Split(ReadOnlySpan<char> version)
    {
        ReadOnlySpan<char> epoch = [], revision = [];
        if (version.IndexOf(':') is var colon and > 0)
        {
            epoch = version[..colon];
            version = version[(colon + 1)..];
        }
        if (version.LastIndexOf('-') is var dash and >= 0)
        {
            revision = version[(dash + 1)..];
            version = version[..dash];
        }
        return new(epoch, version, revision);
    }

    private static bool HasOther(ReadOnlySpan<char> text, ReadOnlySpan<char> allowed)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && !allowed.Contains(character))
                return true;
        }
        return false;
    }

    // In turns: a run of other characters by rank, then a run of digits by value.
    private static int ComparePart(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            while (HasNonDigit(left) || HasNonDigit(right))
            {
                var order = Rank(left).CompareTo(Rank(right));
                if (order != 0)
                    return order;
                left = left[1..];
                right = right[1..];
            }
            var (leftDigits, rightDigits) = (Digits.Leading(left), Digits.Leading(right));
            if (Digits.Compare(left[..leftDigits], right[..rightDigits]) is not 0 and var numbers)
                return numbers;
            left = left[leftDigits..];
            right = right[rightDigits..];
        }
        return 0;
    }

    private static bool HasNonDigit(ReadOnlySpan<char> text) => !text.IsEmpty && !char.IsAsciiDigit(text[0]);

    // The end and digits count 0, '~' sorts before the end, letters before all else.
    private static int Rank(ReadOnlySpan<char> text) => text switch
    {
        [] => 0,
        ['~', ..] => -1,
        [var first, ..] when char.IsAsciiDigit(first) => 0,
        [var first, ..] when char.IsAsciiLetter(first) => first,
        [var first, ..] => first + 256,
    };

    private readonly ref struct Parts(ReadOnlySpan<char> epoch, ReadOnlySpan<char> upstream, ReadOnlySpan<char> revision)
    {
        private readonly ReadOnlySpan<char> _epoch = epoch, _upstream = upstream, _revision = revision;

        public void Deconstruct(out ReadOnlySpan<char> epoch, out ReadOnlySpan<char> upstream, out ReadOnlySpan<char> revision)
        {
            epoch = _epoch;
            upstream = _upstream;
            revision = _revision;
        }
    }
}
