namespace Bulwark.Model.Protocols;

/// <summary>SSH identification strings (RFC 4253 section 4.2; 1.99 is its section 5.1).</summary>
internal static class SshFormat
{
    public static bool IsIdentification(ReadOnlySpan<byte> payload) =>
        payload.StartsWith("SSH-2.0-"u8) || payload.StartsWith("SSH-1.99-"u8);
}
