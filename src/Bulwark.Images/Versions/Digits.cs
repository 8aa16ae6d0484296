namespace Bulwark.Images.Versions;

/// <summary>Whole numbers of any length, as they stand in versions: dates and hashes overflow every integer type.</summary>
internal static class Digits
{
    public static bool Are(ReadOnlySpan<char> text) => !text.IsEmpty && text.IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>Compares their values; an empty text is 0.</summary>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);
    }

    /// <summary>How many digits the text starts with.</summary>
    public static int Leading(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : text.Length;

    public static bool AreZero(ReadOnlySpan<char> text) => text.IndexOfAnyExcept('0') < 0;
}
