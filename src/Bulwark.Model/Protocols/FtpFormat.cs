namespace Bulwark.Model.Protocols;

/// <summary>FTP greetings and logins (RFC 959 sections 4.1.1 and 5.4; AUTH, RFC 4217 section 4).</summary>
internal static class FtpFormat
{
    private const ushort Port = 21;

    /// <summary>A ready reply (220) that says FTP and not SMTP, or that comes from FTP's port.</summary>
    public static bool IsBanner(ReadOnlySpan<byte> payload, ushort port) =>
        ReadyReply.TryRead(payload, out var text)
        && !Text.ContainsIgnoringCase(text, "SMTP"u8) && (port == Port || Text.ContainsIgnoringCase(text, "FTP"u8));

    /// <summary>USER is POP3's as well, so it needs the port as a second witness.</summary>
    public static bool IsLogin(ReadOnlySpan<byte> payload, ushort port) =>
        Text.TryFirstLine(payload, out var line) && Text.IsPrintable(line)
        && (System.Text.Ascii.EqualsIgnoreCase(line, "AUTH TLS"u8) || System.Text.Ascii.EqualsIgnoreCase(line, "AUTH SSL"u8)
            || (port == Port && Text.StartsWithIgnoringCase(line, "USER "u8)));
}
