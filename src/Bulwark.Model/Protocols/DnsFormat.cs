using System.Buffers.Binary;

namespace Bulwark.Model.Protocols;

/// <summary>DNS messages (RFC 1035 section 4; over TCP with a length before them, section 4.2.2; multicast RFC 6762 section 18).</summary>
internal static class DnsFormat
{
    /// <summary>NetBIOS names (RFC 1002) look like DNS and are not.</summary>
    public const ushort NetBiosNamePort = 137;

    private const int HeaderLength = 12;

    // The class's top bit is multicast DNS's wish for a unicast answer.
    private const ushort ClassMask = 0x7fff;

    /// <summary>A query with one question, or the answer to one; the whole question must be there.</summary>
    public static bool IsMessage(ReadOnlySpan<byte> message, bool fromClient)
    {
        if (message.Length < HeaderLength + 5)
            return false;
        var isResponse = (message[2] & 0x80) != 0;
        var operation = (message[2] >> 3) & 0xf;
        var questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        var answers = BinaryPrimitives.ReadUInt16BigEndian(message[6..]);
        var authorities = BinaryPrimitives.ReadUInt16BigEndian(message[8..]);
        var additional = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        // Query, status, notify, update. The sixth bit of the second half is always zero.
        if (isResponse == fromClient || operation is not (0 or 2 or 4 or 5) || (message[3] & 0x40) != 0)
            return false;
        var sane = fromClient
            ? questions is >= 1 and <= 32 && answers <= 32 && authorities <= 32 && additional <= 4 && (message[3] & 0x0f) == 0
            : questions == 1 && answers <= 512 && authorities <= 64 && additional <= 128;
        return sane && IsQuestion(message[HeaderLength..]);
    }

    public static bool IsTcpMessage(ReadOnlySpan<byte> payload, bool fromClient)
    {
        if (payload.Length < 2)
            return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(payload);
        var message = payload[2..];
        return length >= HeaderLength + 5 && IsMessage(message[..Math.Min(message.Length, length)], fromClient);
    }

    private static bool IsQuestion(ReadOnlySpan<byte> question)
    {
        var at = 0;
        while (at < question.Length && question[at] != 0)
        {
            int length = question[at];
            // The first question has nothing before it to point back to, so no compression.
            if (length > 63 || at + length > 254 || at + 1 + length >= question.Length
                || !Text.IsPrintable(question.Slice(at + 1, length)))
                return false;
            at += 1 + length;
        }
        if (question.Length - at < 5)
            return false;
        var type = BinaryPrimitives.ReadUInt16BigEndian(question[(at + 1)..]);
        var questionClass = BinaryPrimitives.ReadUInt16BigEndian(question[(at + 3)..]) & ClassMask;
        return type != 0 && questionClass is 1 or 3 or 4 or 254 or 255;
    }
}
