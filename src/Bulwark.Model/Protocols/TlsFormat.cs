using System.Buffers.Binary;

namespace Bulwark.Model.Protocols;

/// <summary>TLS records that carry a hello (RFC 8446 sections 4.1.2, 4.1.3 and 5.1; RFC 5246 for what came before).</summary>
internal static class TlsFormat
{
    public const int RecordHeaderLength = 5;
    public const int HandshakeHeaderLength = 4;

    private const byte Alert = 21;
    private const byte Handshake = 22;
    private const byte ClientHello = 1;
    private const byte ServerHello = 2;

    // RFC 8446 section 5.2: a record holds at most 2^14 bytes and 256 of expansion.
    private const int LongestRecord = (1 << 14) + 256;

    // A hello with post-quantum key shares has some 2 KiB; anything near this is no hello.
    private const int LongestHello = 1 << 17;

    public static bool IsClientHello(ReadOnlySpan<byte> payload) => IsHello(payload, ClientHello);

    public static bool IsServerAnswer(ReadOnlySpan<byte> payload) =>
        IsHello(payload, ServerHello)
        || (payload.Length >= 7 && IsRecord(payload, Alert, out var length) && length == 2 && payload[5] is 1 or 2 && payload[6] < 121);

    private static bool IsHello(ReadOnlySpan<byte> payload, byte type)
    {
        const int version = RecordHeaderLength + HandshakeHeaderLength;
        if (payload.Length < version + 2 || !IsRecord(payload, Handshake, out _) || payload[RecordHeaderLength] != type)
            return false;
        var length = (payload[6] << 16) | BinaryPrimitives.ReadUInt16BigEndian(payload[7..]);
        // Version, random, session id length: nothing shorter is a hello.
        return length is >= 35 and <= LongestHello && IsVersion(payload[version..]);
    }

    private static bool IsRecord(ReadOnlySpan<byte> payload, byte type, out int length)
    {
        length = BinaryPrimitives.ReadUInt16BigEndian(payload[3..]);
        return payload[0] == type && IsVersion(payload[1..]) && length is > 0 and <= LongestRecord;
    }

    private static bool IsVersion(ReadOnlySpan<byte> version) => version[0] == 3 && version[1] <= 4;
}
