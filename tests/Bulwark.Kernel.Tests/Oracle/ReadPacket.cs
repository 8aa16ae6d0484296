using System.Buffers.Binary;
using System.Net;

namespace Bulwark.Kernel.Tests.Oracle;

/// <summary>What the oracle understands of a packet, or why it does not.</summary>
internal sealed record ReadPacket
{
    private const int HopByHop = 0;
    private const int Routing = 43;
    private const int FragmentHeader = 44;
    private const int Authentication = 51;
    private const int DestinationOptions = 60;
    private const int ExtensionsAtMost = 8;

    public required int Version { get; init; }

    public required IPAddress Source { get; init; }

    public required IPAddress Destination { get; init; }

    public byte Transport { get; init; }

    /// <summary>Where the transport header begins, and the packet ends.</summary>
    public int Start { get; init; }

    public int End { get; init; }

    public byte HopLimit { get; init; }

    /// <summary>Null: no fragment.</summary>
    public (uint Id, bool First)? Fragment { get; init; }

    public ushort SourcePort { get; init; }

    public ushort DestinationPort { get; init; }

    public byte TcpFlags { get; init; }

    public byte IcmpType { get; init; }

    public bool IsLaterFragment => Fragment is { First: false };

    public bool IsIcmp => Transport is 1 or 58;

    /// <summary>Carries the packet that caused it.</summary>
    public bool IsIcmpError => Transport == 1 ? IcmpType is 3 or 4 or 5 or 11 or 12 : Transport == 58 && IcmpType < 128;

    /// <summary>The type of the request that this is the reply to, or null.</summary>
    public byte? RequestOfReply => (Transport, IcmpType) switch
    {
        (1, 0) => 8,
        (1, 14) => 13,
        (1, 16) => 15,
        (1, 18) => 17,
        (58, 129) => 128,
        (58, 140) => 139,
        _ => null,
    };

    /// <summary>What a link of IPv6 does not work without, and no router forwards.</summary>
    public bool IsNeighbourDiscovery =>
        Transport == 58 && (IcmpType is >= 133 and <= 136 ? HopLimit == 255 : IcmpType is 130 or 131 or 132 or 143 && HopLimit == 1);

    /// <summary>What only a router says: that it is one, or that another way is better.</summary>
    public bool IsRouting => (Transport, IcmpType) is (1, 5 or 9) or (58, 134 or 137);

    /// <summary>Reads the network header at <paramref name="at"/> and looks for the transport header; null when it is broken.</summary>
    public static ReadPacket? Network(byte[] frame, int at, int version) => version == 4 ? Ipv4(frame, at) : Ipv6(frame, at);

    /// <summary>With the ports, or null when the packet is broken. A later fragment has none.</summary>
    public ReadPacket? WithTransport(byte[] frame)
    {
        if (Start > End || End > frame.Length)
            return null;
        if (IsLaterFragment)
            return this;
        var header = frame.AsSpan(Start, End - Start);
        switch (Transport)
        {
            case 6 when header.Length < 20 || header[12] / 16 * 4 < 20 || header[12] / 16 * 4 > header.Length:
            case 17 or 132 or 1 or 58 when header.Length < 8:
                return null;
            case 6:
                return Ports(header) with { TcpFlags = header[13] };
            case 17 or 132:
                return Ports(header);
            case 1 or 58:
                return Icmp(header);
            default:
                return this;
        }
    }

    /// <summary>With the ports of the first 8 bytes, all that an ICMP error need quote; null when they are not there.</summary>
    public ReadPacket? WithQuotedTransport(byte[] frame)
    {
        if (IsLaterFragment)
            return null;
        if (Transport is not (1 or 6 or 17 or 58 or 132))
            return this;
        if (Start + 8 > frame.Length)
            return null;
        var header = frame.AsSpan(Start, 8);
        return IsIcmp ? Icmp(header) : Ports(header);
    }

    private ReadPacket Ports(ReadOnlySpan<byte> header) => this with
    {
        SourcePort = BinaryPrimitives.ReadUInt16BigEndian(header),
        DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(header[2..]),
    };

    // The identifier takes the place of both ports.
    private ReadPacket Icmp(ReadOnlySpan<byte> header) => Ports([header[4], header[5], header[4], header[5]]) with { IcmpType = header[0] };

    private static ReadPacket? Ipv4(byte[] frame, int at)
    {
        if (at + 20 > frame.Length)
            return null;
        var ip = frame.AsSpan(at);
        if (ip[0] / 16 != 4 || ip[0] % 16 < 5)
            return null;
        var fragment = BinaryPrimitives.ReadUInt16BigEndian(ip[6..]);
        var (offset, more) = (fragment & 0x1fff, (fragment & 0x2000) != 0);
        return new()
        {
            Version = 4,
            Source = new(ip.Slice(12, 4)),
            Destination = new(ip.Slice(16, 4)),
            Transport = ip[9],
            Start = at + ip[0] % 16 * 4,
            End = at + BinaryPrimitives.ReadUInt16BigEndian(ip[2..]),
            Fragment = offset != 0 || more ? (BinaryPrimitives.ReadUInt16BigEndian(ip[4..]), offset == 0) : null,
        };
    }

    private static ReadPacket? Ipv6(byte[] frame, int at)
    {
        if (at + 40 > frame.Length)
            return null;
        var ip = frame.AsSpan(at);
        var (source, destination) = (new IPAddress(ip.Slice(8, 16)), new IPAddress(ip.Slice(24, 16)));
        if (ip[0] / 16 != 6 || source.IsIPv4MappedToIPv6 || destination.IsIPv4MappedToIPv6)
            return null;
        var end = at + 40 + BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        var (next, start, extensions) = (ip[6], at + 40, 0);
        (uint, bool)? fragment = null;
        while (next is HopByHop or Routing or FragmentHeader or Authentication or DestinationOptions)
        {
            if (++extensions > ExtensionsAtMost || start + 8 > end || start + 8 > frame.Length)
                return null;
            var header = frame.AsSpan(start, 8);
            var length = next switch { FragmentHeader => 8, Authentication => (header[1] + 2) * 4, _ => (header[1] + 1) * 8 };
            var isFragment = next == FragmentHeader;
            next = header[0];
            start += length;
            if (!isFragment)
                continue;
            var offset = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
            fragment = (offset & 0xfff9) == 0 ? null : (BinaryPrimitives.ReadUInt32BigEndian(header[4..]), (offset & 0xfff8) == 0);
            if (fragment is (_, false))
                break;
        }
        return new()
        {
            Version = 6,
            Source = source,
            Destination = destination,
            Transport = next,
            Start = start,
            End = end,
            HopLimit = ip[7],
            Fragment = fragment,
        };
    }
}
