namespace Bulwark.Model.Enforcement;

/// <summary>Writes text so that a POSIX shell reads it as one word, and a person sees what it is.</summary>
public static class ShellWord
{
    private const string Safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

    /// <summary>The text itself if it means nothing to a shell, else in single quotes (POSIX.1-2017, 2.2.2).</summary>
    public static string Quote(string text) =>
        text.Length > 0 && text.All(Safe.Contains) ? text : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>Whether it can be shown in a terminal and copied from it: no control, format or broken characters.</summary>
    public static bool IsPrintable(string text) => text.EnumerateRunes().All(IsPrintable) && !HasLoneSurrogate(text);

    /// <summary>The text with characters that a terminal might obey, or not show, as <c>\u{1B}</c>.</summary>
    public static string Printable(string text) => IsPrintable(text)
        ? text
        : string.Concat(text.EnumerateRunes().Select(rune => IsPrintable(rune) ? rune.ToString() : $"\\u{{{rune.Value:X}}}"));

    private static bool IsPrintable(System.Text.Rune rune) => System.Text.Rune.GetUnicodeCategory(rune) is not (
        System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format
        or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator
        or System.Globalization.UnicodeCategory.OtherNotAssigned or System.Globalization.UnicodeCategory.PrivateUse
        or System.Globalization.UnicodeCategory.Surrogate);

    // Enumerating runes replaces a lone surrogate by U+FFFD, which is printable.
    private static bool HasLoneSurrogate(string text) =>
        text.Any(char.IsSurrogate) && text.EnumerateRunes().Sum(rune => rune.Value == 0xFFFD ? 1 : 0) > text.Count(c => c == '\uFFFD');
}
