namespace Bulwark.Model.Protocols;

/// <summary>SMTP greetings (RFC 5321 sections 3.1 and 4.1.1.1; LMTP's LHLO, RFC 2033, is not it).</summary>
internal static class SmtpFormat
{
    /// <summary>A ready reply (220) that says SMTP, as all but a few servers do, or that comes from a mail port.</summary>
    public static bool IsBanner(ReadOnlySpan<byte> payload, ushort port) =>
        ReadyReply.TryRead(payload, out var text)
        && (Text.ContainsIgnoringCase(text, "SMTP"u8) || (port is 25 or 587 && !Text.ContainsIgnoringCase(text, "FTP"u8)));

    public static bool IsHello(ReadOnlySpan<byte> payload) =>
        Text.TryFirstLine(payload, out var line) && line.Length is > 5 and <= 512 && Text.IsPrintable(line)
        && (Text.StartsWithIgnoringCase(line, "EHLO "u8) || Text.StartsWithIgnoringCase(line, "HELO "u8));
}
