using System.Buffers.Binary;

namespace Bulwark.Model.Protocols;

/// <summary>QUIC long headers (RFC 8999 section 5.1, RFC 9000 section 17.2, version 2 RFC 9369 section 3).</summary>
internal static class QuicFormat
{
    private const uint Version1 = 1;
    private const uint Version2 = 0x6b3343cf;
    private const int LongestConnectionId = 20;

    // RFC 9000 section 7.2: the id that a client makes up for the server.
    private const int ShortestFirstDestination = 8;

    /// <summary>From a client an Initial; from a server any packet with a long header, Version Negotiation among them.</summary>
    public static bool IsLongHeader(ReadOnlySpan<byte> payload, bool fromClient)
    {
        if (payload.Length < 7 || (payload[0] & 0x80) == 0)
            return false;
        var version = BinaryPrimitives.ReadUInt32BigEndian(payload[1..]);
        var rest = payload[5..];
        if (!TryConnectionId(ref rest, out var destination) || !TryConnectionId(ref rest, out _))
            return false;
        if (version == 0)
            return !fromClient && IsVersionList(rest);
        if ((payload[0] & 0x40) == 0 || !IsVersion(version))
            return false;
        if (!fromClient)
            return true;
        var initial = version == Version2 ? 1 : 0;
        return ((payload[0] >> 4) & 3) == initial && destination >= ShortestFirstDestination && IsInitial(rest);
    }

    // Token, then the length of packet number and protected payload: at least 1 and 16 bytes of tag.
    private static bool IsInitial(ReadOnlySpan<byte> rest)
    {
        if (!TryInteger(ref rest, out var token))
            return false;
        if (token >= (ulong)rest.Length)
            return token is > 0 and < 2048 && !rest.IsEmpty;
        rest = rest[(int)token..];
        return TryInteger(ref rest, out var length) && length is >= 17 and <= ushort.MaxValue;
    }

    private static bool IsVersion(uint version) => version is Version1 or Version2 or (>= 0xff00001b and <= 0xff000022);

    private static bool IsVersionList(ReadOnlySpan<byte> list)
    {
        for (var i = 0; i < 16 && list.Length >= 4; i++)
        {
            if (IsVersion(BinaryPrimitives.ReadUInt32BigEndian(list)))
                return true;
            list = list[4..];
        }
        return false;
    }

    private static bool TryConnectionId(ref ReadOnlySpan<byte> rest, out int length)
    {
        length = rest.IsEmpty ? 0 : rest[0];
        if (rest.IsEmpty || length > LongestConnectionId || rest.Length <= length)
            return false;
        rest = rest[(1 + length)..];
        return true;
    }

    // RFC 9000 section 16: the top two bits tell the length.
    private static bool TryInteger(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        var length = rest.IsEmpty ? 1 : 1 << (rest[0] >> 6);
        if (rest.Length < length)
            return false;
        value = rest[0] & 0x3fu;
        for (var i = 1; i < length; i++)
            value = (value << 8) | rest[i];
        rest = rest[length..];
        return true;
    }
}
