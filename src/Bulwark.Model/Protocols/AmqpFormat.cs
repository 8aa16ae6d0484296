using System.Buffers.Binary;

namespace Bulwark.Model.Protocols;

/// <summary>
/// AMQP protocol headers and the server's first method: AMQP 0-9-1 specification sections 4.2.2 and 1.4.2.1; OASIS AMQP 1.0 part 2
/// section 2.2 (protocol id 0), part 5 section 5.2 (TLS, 2) and section 5.3 (SASL, 3).
/// </summary>
internal static class AmqpFormat
{
    public static bool IsProtocolHeader(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 8 || !payload.StartsWith("AMQP"u8))
            return false;
        var version = payload.Slice(4, 4);
        return version.SequenceEqual<byte>([0, 0, 9, 1])
            || (version[0] is 0 or 2 or 3 && version[1..].SequenceEqual<byte>([1, 0, 0]))
            || version.SequenceEqual<byte>([1, 1, 8, 0])
            || version.SequenceEqual<byte>([1, 1, 0, 9]);
    }

    /// <summary>Method frame on channel 0, class connection (10), method start (10), version 0-9 or 8-0.</summary>
    public static bool IsConnectionStart(ReadOnlySpan<byte> payload) =>
        payload.Length >= 13 && payload.StartsWith<byte>([1, 0, 0])
        && BinaryPrimitives.ReadUInt32BigEndian(payload[3..]) is >= 14 and < (1 << 17)
        && payload[7..].StartsWith<byte>([0, 10, 0, 10])
        && BinaryPrimitives.ReadUInt16BigEndian(payload[11..]) is 0x0009 or 0x0800;
}
