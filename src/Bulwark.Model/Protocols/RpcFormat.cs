using System.Buffers.Binary;

namespace Bulwark.Model.Protocols;

/// <summary>
/// Remote procedure calls: of ONC (RFC 5531 sections 9 and 11; its port mapper, RFC 1833), and of DCE (C706 sections 12.6.3 and 12.6.4.3), as Windows
/// and Samba speak it. Both have a service that tells clients the ports of others.
/// </summary>
internal static class RpcFormat
{
    private const int CallLength = 24; // up to the procedure
    private const int ShortestCall = CallLength + 16; // with two empty authenticators
    private const int LongestCall = 1 << 20;
    private const uint LastFragment = 0x8000_0000;
    private const uint PortMapper = 100_000;
    private const uint Nfs = 100_003;
    private const uint LastAssigned = 400_000;
    private const int BindLength = 26; // up to the number of contexts

    /// <summary>The name of a call, in one record of TCP or one datagram; empty if it is none.</summary>
    public static string NameOfCall(ReadOnlySpan<byte> payload, bool isRecord)
    {
        if (isRecord)
        {
            if (payload.Length < sizeof(uint))
                return "";
            var mark = BinaryPrimitives.ReadUInt32BigEndian(payload);
            if (mark is < (LastFragment | ShortestCall) or > (LastFragment | LongestCall))
                return "";
            payload = payload[sizeof(uint)..];
        }
        if (payload.Length < ShortestCall)
            return "";
        const int call = 0, rpcVersion = 2, highestVersion = 9, highestProcedure = 99;
        if (Word(payload, 1) != call || Word(payload, 2) != rpcVersion || Word(payload, 4) is 0 or > highestVersion || Word(payload, 5) > highestProcedure)
            return "";
        return Word(payload, 3) switch
        {
            PortMapper => ProtocolNames.PortMap,
            Nfs => ProtocolNames.Nfs,
            > PortMapper and < LastAssigned => ProtocolNames.Rpc,
            _ => "",
        };
    }

    /// <summary>A bind of DCE's, which each connection begins with.</summary>
    public static bool IsBind(ReadOnlySpan<byte> payload)
    {
        const byte version = 5, bind = 11, firstAndLast = 3, littleEndian = 0x10;
        if (payload.Length < BindLength || payload[0] != version || payload[1] > 1 || payload[2] != bind || (payload[3] & firstAndLast) != firstAndLast
            || (payload[4] & ~littleEndian) != 0 || payload[5] != 0 || payload[6] != 0 || payload[7] != 0)
            return false;
        var length = payload[4] == littleEndian
            ? BinaryPrimitives.ReadUInt16LittleEndian(payload[8..])
            : BinaryPrimitives.ReadUInt16BigEndian(payload[8..]);
        return length >= BindLength && payload[24] is > 0 and < 64;
    }

    private static uint Word(ReadOnlySpan<byte> payload, int index) => BinaryPrimitives.ReadUInt32BigEndian(payload[(index * sizeof(uint))..]);
}
