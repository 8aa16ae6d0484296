namespace Bulwark.Model.Protocols;

/// <summary>What the line-based formats share.</summary>
internal static class Text
{
    /// <summary>A capture of at least this many bytes without an end of line is judged by what is there.</summary>
    public const int LongEnough = 512;

    /// <summary>The first line without its CR LF or LF; false when the line does not end inside the payload.</summary>
    public static bool TryFirstLine(ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> line)
    {
        var end = payload.IndexOf((byte)'\n');
        line = end < 0 ? [] : payload[..end];
        if (line.EndsWith("\r"u8))
            line = line[..^1];
        return end >= 0;
    }

    /// <summary>Whether every byte is printable ASCII, the space included.</summary>
    public static bool IsPrintable(ReadOnlySpan<byte> text) => !text.ContainsAnyExceptInRange((byte)' ', (byte)'~');

    /// <summary>Splits off the first word; <paramref name="rest"/> starts after one space.</summary>
    public static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> rest)
    {
        var space = line.IndexOf((byte)' ');
        rest = space < 0 ? [] : line[(space + 1)..];
        return space < 0 ? line : line[..space];
    }

    /// <summary>Whether the text is 1 to <paramref name="most"/> decimal digits.</summary>
    public static bool IsNumber(ReadOnlySpan<byte> text, int most = 10) =>
        text.Length >= 1 && text.Length <= most && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    /// <summary>Whether the text contains the ASCII word, whatever the case of either.</summary>
    public static bool ContainsIgnoringCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word)
    {
        for (var i = 0; i + word.Length <= text.Length; i++)
        {
            if (System.Text.Ascii.EqualsIgnoreCase(text.Slice(i, word.Length), word))
                return true;
        }
        return false;
    }

    /// <summary>Whether the text starts with the ASCII word, whatever the case of either.</summary>
    public static bool StartsWithIgnoringCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) =>
        text.Length >= word.Length && System.Text.Ascii.EqualsIgnoreCase(text[..word.Length], word);
}
