namespace Bulwark.Images.Versions;

/// <summary>RubyGems' versions (Gem::Version): numbers and words in turn, a word being older than any number.</summary>
internal sealed class GemOrdering : VersionOrdering
{
    protected override bool IsUnderstood(string version)
    {
        // [0-9]+(\.[0-9a-zA-Z]+)*(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?
        var text = version.AsSpan().Trim();
        var dash = text.IndexOf('-');
        var core = dash < 0 ? text : text[..dash];
        if (!Digits.Are(SemanticOrdering.Take(ref core)) || (core.IsEmpty && text.EndsWith('.')))
            return false;
        foreach (var part in core.Split('.'))
        {
            if (!core.IsEmpty && (core[part].IsEmpty || !Consists(core[part], allowDash: false)))
                return false;
        }
        if (dash < 0)
            return true;
        var before = text[(dash + 1)..];
        foreach (var part in before.Split('.'))
        {
            if (before[part].IsEmpty || !Consists(before[part], allowDash: true))
                return false;
        }
        return true;
    }

    protected override int CompareValid(string left, string right)
    {
        var (a, b) = (Segments(left), Segments(right));
        for (var index = 0; index < Math.Max(a.Count, b.Count); index++)
        {
            var (x, y) = (index < a.Count ? a[index] : "0", index < b.Count ? b[index] : "0");
            var order = (Digits.Are(x), Digits.Are(y)) switch
            {
                (true, true) => Digits.Compare(x, y),
                (false, true) => -1,
                (true, false) => 1,
                _ => string.CompareOrdinal(x, y),
            };
            if (order != 0)
                return order;
        }
        return 0;
    }

    private static bool Consists(ReadOnlySpan<char> part, bool allowDash)
    {
        foreach (var character in part)
        {
            if (!char.IsAsciiLetterOrDigit(character) && !(allowDash && character == '-'))
                return false;
        }
        return true;
    }

    // Zeros at the end of the numbers before the first word, and at the very end, mean nothing.
    private static List<string> Segments(string version)
    {
        var text = version.Trim().Replace("-", ".pre.", StringComparison.Ordinal);
        var (numbers, rest) = (new List<string>(), new List<string>());
        for (int at = 0, length; at < text.Length; at += length)
        {
            var isDigit = char.IsAsciiDigit(text[at]);
            length = 1;
            if (!char.IsAsciiLetterOrDigit(text[at]))
                continue;
            while (at + length < text.Length && (isDigit ? char.IsAsciiDigit(text[at + length]) : char.IsAsciiLetter(text[at + length])))
                length++;
            (isDigit && rest.Count == 0 ? numbers : rest).Add(text.Substring(at, length));
        }
        TrimZeros(numbers);
        TrimZeros(rest);
        return [.. numbers, .. rest];
    }

    private static void TrimZeros(List<string> segments)
    {
        while (segments.Count > 0 && Digits.AreZero(segments[^1]))
            segments.RemoveAt(segments.Count - 1);
    }
}
