using System.Globalization;

namespace Bulwark.Images.Versions;

/// <summary>
/// Alpine's and Wolfi's versions: <c>1.2.3b_rc1-r4</c>, as apk-tools 2 orders them (apk-package(5), "pkgver").
/// </summary>
internal sealed class ApkOrdering : VersionOrdering
{
    // Older than no suffix at all; then those that are newer.
    private static readonly string[] s_before = ["alpha", "beta", "pre", "rc"];
    private static readonly string[] s_after = ["cvs", "svn", "git", "hg", "p"];

    // apk-tools takes no longer number.
    private const int LongestNumber = 18;

    private enum Part
    {
        Invalid = -1,
        DigitOrZero,
        Digit,
        Letter,
        Suffix,
        SuffixNumber,
        Revision,
        End,
    }

    protected override bool IsUnderstood(string version)
    {
        if (!char.IsAsciiDigit(version[0]))
            return false;
        var reader = new Reader(version);
        while (reader.Next is not (Part.End or Part.Invalid))
            reader.Read();
        return reader.Next == Part.End;
    }

    protected override int CompareValid(string left, string right)
    {
        var a = new Reader(left);
        var b = new Reader(right);
        while (a.Next == b.Next && a.Next != Part.End)
        {
            var order = a.Read().CompareTo(b.Read());
            if (order != 0)
                return order;
        }
        if (a.Next == b.Next)
            return 0;
        // The longer version is the newer one, but for what announces a release.
        var (leftNext, rightNext) = (a.Next, b.Next);
        if (leftNext == Part.Suffix && a.Read() < 0)
            return -1;
        if (rightNext == Part.Suffix && b.Read() < 0)
            return 1;
        return rightNext.CompareTo(leftNext);
    }

    private ref struct Reader(ReadOnlySpan<char> version)
    {
        private ReadOnlySpan<char> _rest = version;
        private bool _mayLackDigits;

        public Part Next { get; private set; } = Part.Digit;

        public long Read()
        {
            switch (Next)
            {
                case Part.DigitOrZero when _rest is ['0', ..]:
                    // After a dot, ".05" is less than ".5": the more zeros, the less.
                    var zeros = _rest.IndexOfAnyExcept('0') is var end and >= 0 ? end : _rest.Length;
                    _rest = _rest[zeros..];
                    Next = _rest.IsEmpty ? Part.End : Part.Digit;
                    _mayLackDigits = true;
                    return -zeros;
                case Part.Letter:
                    var letter = _rest[0];
                    return Advance(1, letter);
                case Part.Suffix:
                    for (var index = 0; index < s_before.Length; index++)
                    {
                        if (_rest.StartsWith(s_before[index], StringComparison.Ordinal))
                            return Advance(s_before[index].Length, index - s_before.Length);
                    }
                    for (var index = 0; index < s_after.Length; index++)
                    {
                        if (_rest.StartsWith(s_after[index], StringComparison.Ordinal))
                            return Advance(s_after[index].Length, index);
                    }
                    break;
                default:
                    var digits = Digits.Leading(_rest);
                    if (digits >= LongestNumber || (digits == 0 && !_mayLackDigits))
                        break;
                    _mayLackDigits = false;
                    return Advance(digits, digits == 0 ? 0 : long.Parse(_rest[..digits], CultureInfo.InvariantCulture));
            }
            Next = Part.Invalid;
            return -1;
        }

        private long Advance(int length, long value)
        {
            _rest = _rest[length..];
            Next = _rest.IsEmpty ? Part.End : Follow(Next);
            return value;
        }

        private Part Follow(Part current)
        {
            var next = Part.Invalid;
            if (current is Part.Digit or Part.DigitOrZero && char.IsAsciiLetterLower(_rest[0]))
                next = Part.Letter;
            else if (current == Part.Letter && char.IsAsciiDigit(_rest[0]))
                next = Part.Digit;
            else if (current == Part.Suffix && char.IsAsciiDigit(_rest[0]))
                next = Part.SuffixNumber;
            else if (_rest is ['.', ..])
                next = Step(Part.DigitOrZero, 1);
            else if (_rest is ['_', ..])
                next = Step(Part.Suffix, 1);
            else if (_rest is ['-', 'r', ..])
                next = Step(Part.Revision, 2);
            var isBack = next < current && !((next == Part.DigitOrZero && current == Part.Digit)
                || (next == Part.Suffix && current == Part.SuffixNumber) || (next == Part.Digit && current == Part.Letter));
            return isBack ? Part.Invalid : next;
        }

        private Part Step(Part next, int length)
        {
            _rest = _rest[length..];
            return next;
        }
    }
}
