using System.Buffers.Binary;

namespace Bulwark.Model.Protocols;

/// <summary>
/// The connection phase of MySQL and MariaDB (MySQL documentation, "Protocol::HandshakeV10", "Protocol::HandshakeResponse41",
/// "ERR_Packet"; MariaDB knowledge base, "Connection").
/// </summary>
internal static class MySqlFormat
{
    private const int HeaderLength = 4;
    private const uint Protocol41 = 0x200;

    /// <summary>HandshakeV10, or the error of a server that takes no connection.</summary>
    public static bool IsGreeting(ReadOnlySpan<byte> payload)
    {
        if (!TryHeader(payload, sequence: 0, out var body, out var length))
            return false;
        return body[0] switch
        {
            10 => IsHandshake(body[1..], length),
            0xff => body.Length >= 4 && length <= 512 && BinaryPrimitives.ReadUInt16LittleEndian(body[1..]) is >= 1000 and < 2000
                && Text.IsPrintable(body.Slice(3, Math.Min(body.Length, length) - 3)),
            _ => false,
        };
    }

    /// <summary>HandshakeResponse41 or SSLRequest: the client's first words, after the greeting.</summary>
    public static bool IsHandshakeResponse(ReadOnlySpan<byte> payload)
    {
        const int reservedAt = 9, reserved = 19, fixedLength = 32;
        return TryHeader(payload, sequence: 1, out var body, out var length)
            && length is >= fixedLength and < (1 << 16) && body.Length >= fixedLength
            && (BinaryPrimitives.ReadUInt32LittleEndian(body) & Protocol41) != 0
            // Twenty-three zeros; MariaDB uses the last four for more capabilities.
            && !body.Slice(reservedAt, reserved).ContainsAnyExcept((byte)0);
    }

    private static bool IsHandshake(ReadOnlySpan<byte> afterProtocol, int length)
    {
        // Thread id and the first part of the scramble, before a filler that is zero.
        const int untilFiller = 12;
        var end = afterProtocol.IndexOf((byte)0);
        var version = end < 0 ? afterProtocol : afterProtocol[..end];
        if (version.Length is < 3 or > 128 || length < version.Length + 2 + untilFiller || length > 512
            || !char.IsAsciiDigit((char)version[0]) || version.IndexOf((byte)'.') < 0 || !Text.IsPrintable(version))
            return false;
        var fillerAt = version.Length + 1 + untilFiller;
        return end < 0 || afterProtocol.Length <= fillerAt || afterProtocol[fillerAt] == 0;
    }

    private static bool TryHeader(ReadOnlySpan<byte> payload, byte sequence, out ReadOnlySpan<byte> body, out int length)
    {
        body = [];
        length = 0;
        if (payload.Length <= HeaderLength || payload[3] != sequence)
            return false;
        length = payload[0] | (payload[1] << 8) | (payload[2] << 16);
        body = payload[HeaderLength..];
        return length > 3;
    }
}
