using System.Buffers.Binary;

namespace Bulwark.Model.Protocols;

/// <summary>NTP packets (RFC 5905 section 7.3; simple clients, RFC 4330 section 5).</summary>
internal static class NtpFormat
{
    private const ushort Port = 123;
    private const int HeaderLength = 48;
    private const int LongestPacket = 2048;

    public static bool IsPacket(ReadOnlySpan<byte> payload, bool fromClient, ushort port)
    {
        if (payload.Length is < HeaderLength or > LongestPacket || payload.Length % 4 != 0)
            return false;
        var version = (payload[0] >> 3) & 7;
        var mode = payload[0] & 7;
        var stratum = payload[1];
        // Modes: symmetric active 1 and passive 2, client 3, server 4.
        var isMode = fromClient ? mode is 1 or 3 : mode is 2 or 4;
        var transmitted = BinaryPrimitives.ReadUInt64BigEndian(payload[40..]);
        if (!isMode || version is < 1 or > 4 || stratum > 16 || payload[2] > 17 || (transmitted == 0 && !fromClient))
            return false;
        // A client that knows nothing yet leaves nearly everything zero; all others need the port as a second witness.
        return port == Port || (fromClient && version >= 3 && stratum == 0 && !payload[4..40].ContainsAnyExcept((byte)0) && transmitted != 0);
    }
}
