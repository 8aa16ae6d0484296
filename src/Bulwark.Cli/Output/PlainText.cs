using System.Globalization;
using System.Text;

namespace Bulwark.Cli.Output;

/// <summary>
/// Makes text from containers, DNS and the network safe to show. Whoever names a container could otherwise move the cursor,
/// recolour a verdict or turn a line around: every such character becomes a visible escape.
/// </summary>
internal static class PlainText
{
    /// <summary>The text on one line.</summary>
    public static string Of(string? text) => Escape(text, keepLines: false);

    /// <summary>The text with its line breaks.</summary>
    public static string Lines(string? text) => Escape(text, keepLines: true);

    private static string Escape(string? text, bool keepLines)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        StringBuilder? escaped = null;
        for (int at = 0, length; at < text.Length; at += length)
        {
            // A lone surrogate decodes as U+FFFD of length 1 and is shown as the code unit that it is.
            var valid = Rune.TryGetRuneAt(text, at, out var rune);
            length = valid ? rune.Utf16SequenceLength : 1;
            var value = valid ? rune.Value : text[at];
            if (valid && (IsHarmless(rune) || (keepLines && value == '\n')))
            {
                escaped?.Append(text, at, length);
                continue;
            }
            escaped ??= new StringBuilder(text, 0, at, text.Length + 16);
            escaped.Append(Written(value));
        }
        return escaped?.ToString() ?? text;
    }

    private static bool IsHarmless(Rune rune) => rune.IsAscii
        ? rune.Value is >= ' ' and < 0x7f
        : Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned);

    private static string Written(int value) => value switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        < 0x100 => string.Create(CultureInfo.InvariantCulture, $"\\x{value:x2}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"\\u{{{value:x}}}"),
    };
}
