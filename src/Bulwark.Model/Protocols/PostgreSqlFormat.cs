using System.Buffers.Binary;

namespace Bulwark.Model.Protocols;

/// <summary>The first messages of PostgreSQL's protocol 3 (PostgreSQL documentation, "Message Formats" and "Message Flow").</summary>
internal static class PostgreSqlFormat
{
    private const int CancelRequest = (1234 << 16) | 5678;
    private const int SslRequest = (1234 << 16) | 5679;
    private const int GssEncryptionRequest = (1234 << 16) | 5680;
    private const int LongestStartup = 10_000;

    /// <summary>StartupMessage, CancelRequest, SSLRequest or GSSENCRequest.</summary>
    public static bool IsFrontend(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 8)
            return false;
        var length = BinaryPrimitives.ReadInt32BigEndian(payload);
        return BinaryPrimitives.ReadInt32BigEndian(payload[4..]) switch
        {
            SslRequest or GssEncryptionRequest => length == 8,
            // The secret key has 4 bytes, from protocol 3.2 on up to 256.
            CancelRequest => length is >= 16 and <= 268,
            var version => version >> 16 == 3 && (version & 0xffff) <= 2 && length is >= 9 and <= LongestStartup
                && IsParameterName(payload[8..], length - 8),
        };
    }

    /// <summary>An authentication request, or an error that answers the startup.</summary>
    public static bool IsBackend(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 9)
            return false;
        var length = BinaryPrimitives.ReadInt32BigEndian(payload[1..]);
        if (payload[0] == 'R')
            return length is >= 8 and <= 4096 && IsAuthentication(BinaryPrimitives.ReadInt32BigEndian(payload[5..]), length);
        return payload[0] == 'E' && length is >= 8 and <= 30_000 && payload[5] == 'S'
            && (payload[6..].StartsWith("FATAL\0"u8) || payload[6..].StartsWith("ERROR\0"u8));
    }

    private static bool IsAuthentication(int kind, int length) => kind switch
    {
        0 or 2 or 3 or 7 or 9 => length == 8,
        5 => length == 12,
        8 or 10 or 11 or 12 => true,
        _ => false,
    };

    // Names and values end in a zero; a startup without parameters is the zero alone.
    private static bool IsParameterName(ReadOnlySpan<byte> parameters, int length)
    {
        if (parameters.IsEmpty)
            return false;
        if (length == 1)
            return parameters[0] == 0;
        var end = parameters.IndexOf((byte)0);
        var name = end < 0 ? parameters : parameters[..end];
        return !name.IsEmpty && name.Length < length && Text.IsPrintable(name);
    }
}
