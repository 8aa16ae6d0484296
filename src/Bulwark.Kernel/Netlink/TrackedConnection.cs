using System.Buffers.Binary;
using System.Net;

namespace Bulwark.Kernel.Netlink;

/// <summary>One way of a connection, as its packets look there: the two ways differ by more than their direction where addresses are translated.</summary>
public sealed record TrackedFlow(IPAddress Source, ushort SourcePort, IPAddress Destination, ushort DestinationPort);

/// <summary>A connection that the kernel's own table has (conntrack), with the direction that it was opened in.</summary>
/// <param name="Transport">Protocol number: TCP, UDP or SCTP.</param>
/// <param name="Original">From who opened it, as that one sends.</param>
/// <param name="Reply">From who answers, as that one sends.</param>
public sealed record TrackedConnection(byte Transport, TrackedFlow Original, TrackedFlow Reply)
{
    private const ushort Get = 1 << 8 | 1; // NFNL_SUBSYS_CTNETLINK, IPCTNL_MSG_CT_GET
    private const int AtMost = 1 << 20;
    private const byte Tcp = 6;
    private const byte TcpEstablished = 3; // TCP_CONNTRACK_ESTABLISHED

    /// <summary>The open connections that this network namespace tracks; none where the kernel tracks none. At most a million.</summary>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public static IReadOnlyList<TrackedConnection> Read()
    {
        var found = new List<TrackedConnection>();
        try
        {
            NetlinkDump.Read(NetlinkSocket.Netfilter, Get, new byte[NetlinkMessage.NetfilterHeader], (_, body) =>
            {
                if (found.Count < AtMost && Parse(body) is { } connection)
                    found.Add(connection);
            });
        }
        catch (KernelException e) when (e.Error is Native.Errno.Invalid or Native.Errno.ProtocolNotSupported)
        {
            // No conntrack in this kernel.
        }
        return found;
    }

    // The attributes are those of linux/netfilter/nfnetlink_conntrack.h.
    internal static TrackedConnection? Parse(ReadOnlySpan<byte> body)
    {
        if (body.Length < NetlinkMessage.NetfilterHeader)
            return null;
        var attributes = body[NetlinkMessage.NetfilterHeader..];
        TrackedFlow? original = null, reply = null;
        byte transport = 0, state = TcpEstablished;
        while (NetlinkMessage.TryTakeAttribute(ref attributes, out var type, out var value))
        {
            switch (type)
            {
                case 1: // CTA_TUPLE_ORIG
                    original = ParseFlow(value, out transport);
                    break;
                case 2: // CTA_TUPLE_REPLY
                    reply = ParseFlow(value, out _);
                    break;
                case 4 when NetlinkMessage.TryTakeAttribute(ref value, out var kind, out var tcp) && kind == 1: // CTA_PROTOINFO, CTA_PROTOINFO_TCP
                    while (NetlinkMessage.TryTakeAttribute(ref tcp, out var inner, out var number))
                    {
                        if (inner == 1 && number.Length > 0) // CTA_PROTOINFO_TCP_STATE
                            state = number[0];
                    }
                    break;
            }
        }
        return original is null || reply is null || transport is not (Tcp or 17 or 132) || (transport == Tcp && state != TcpEstablished)
            ? null
            : new(transport, original, reply);
    }

    private static TrackedFlow? ParseFlow(ReadOnlySpan<byte> tuple, out byte transport)
    {
        transport = 0;
        IPAddress? source = null, destination = null;
        ushort sourcePort = 0, destinationPort = 0;
        while (NetlinkMessage.TryTakeAttribute(ref tuple, out var part, out var inside))
        {
            while (NetlinkMessage.TryTakeAttribute(ref inside, out var type, out var value))
            {
                switch (part, type)
                {
                    case (1, 1 or 3) when value.Length is 4 or 16: // CTA_TUPLE_IP: CTA_IP_V4_SRC, CTA_IP_V6_SRC
                        source = new(value);
                        break;
                    case (1, 2 or 4) when value.Length is 4 or 16: // CTA_IP_V4_DST, CTA_IP_V6_DST
                        destination = new(value);
                        break;
                    case (2, 1) when value.Length > 0: // CTA_TUPLE_PROTO: CTA_PROTO_NUM
                        transport = value[0];
                        break;
                    case (2, 2) when value.Length >= 2: // CTA_PROTO_SRC_PORT
                        sourcePort = BinaryPrimitives.ReadUInt16BigEndian(value);
                        break;
                    case (2, 3) when value.Length >= 2: // CTA_PROTO_DST_PORT
                        destinationPort = BinaryPrimitives.ReadUInt16BigEndian(value);
                        break;
                }
            }
        }
        return source is null || destination is null ? null : new(source, sourcePort, destination, destinationPort);
    }
}
