namespace Bulwark.Model.Protocols;

/// <summary>Reply 220, "service ready": how servers of FTP (RFC 959) and SMTP (RFC 5321 section 4.2) greet.</summary>
internal static class ReadyReply
{
    /// <summary>The text of the first line. The line must be whole: the word that tells the two apart may come last.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ReadOnlySpan<byte> text)
    {
        text = [];
        if (!payload.StartsWith("220 "u8) && !payload.StartsWith("220-"u8))
            return false;
        if (!Text.TryFirstLine(payload, out var line))
        {
            if (payload.Length < Text.LongEnough)
                return false;
            line = payload[..Text.LongEnough];
        }
        text = line[4..];
        return !text.ContainsAnyInRange((byte)0, (byte)8);
    }
}
