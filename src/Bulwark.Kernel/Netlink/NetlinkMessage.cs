using System.Net;
using System.Runtime.InteropServices;
using System.Text;

namespace Bulwark.Kernel.Netlink;

/// <summary>
/// Messages of netlink (linux/netlink.h, linux/rtnetlink.h, linux/if_link.h), in the machine's byte order. They come from the kernel;
/// lengths are checked all the same.
/// </summary>
internal static class NetlinkMessage
{
    public const int HeaderLength = 16;
    public const ushort Error = 2;
    public const ushort Done = 3;
    public const ushort NewLink = 16;
    public const ushort DeleteLink = 17;
    public const ushort GetLink = 18;
    public const ushort NewAddress = 20;
    public const ushort DeleteAddress = 21;
    public const ushort GetAddress = 22;
    public const ushort NewQdisc = 36;
    public const ushort DeleteQdisc = 37;
    public const ushort NewFilter = 44;
    public const ushort DeleteFilter = 45;
    public const ushort GetFilter = 46;
    public const ushort FlagRequest = 1;
    public const ushort FlagAcknowledge = 4;
    public const ushort FlagDump = 0x300;
    public const ushort FlagCreate = 0x600; // only if there is none yet

    /// <summary>The parents of clsact's filters (TC_H_CLSACT with TC_H_MIN_INGRESS or TC_H_MIN_EGRESS).</summary>
    public const uint ClsactIngress = 0xffff_fff2;
    public const uint ClsactEgress = 0xffff_fff3;

    /// <summary>What messages of netfilter begin with (struct nfgenmsg): the family first.</summary>
    public const int NetfilterHeader = 4;

    private const int LinkHeader = 16; // struct ifinfomsg
    private const int AddressHeader = 8; // struct ifaddrmsg
    private const int TrafficControlHeader = 20; // struct tcmsg
    private const int AttributeHeader = 4; // struct nlattr
    private const ushort AttributeType = 0x3fff; // without the flags "nested" and "network byte order"

    /// <summary>Takes the first message off the bytes; false at their end, or if what is left is no whole message.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> bytes, out ushort type, out ReadOnlySpan<byte> body)
    {
        type = 0;
        body = default;
        if (bytes.Length < HeaderLength)
            return false;
        var length = (int)MemoryMarshal.Read<uint>(bytes);
        if (length < HeaderLength || length > bytes.Length)
            return false;
        type = MemoryMarshal.Read<ushort>(bytes[4..]);
        body = bytes[HeaderLength..length];
        bytes = bytes[Math.Min(Align(length), bytes.Length)..];
        return true;
    }

    public static Link? ReadLink(ReadOnlySpan<byte> body)
    {
        if (body.Length < LinkHeader)
            return null;
        var index = MemoryMarshal.Read<uint>(body[4..]);
        var link = new Link(index, "");
        var attributes = body[LinkHeader..];
        while (TryTakeAttribute(ref attributes, out var type, out var value))
        {
            switch (type)
            {
                case 1: // IFLA_ADDRESS
                    link = link with { HardwareAddress = new(value.ToArray()) };
                    break;
                case 3: // IFLA_IFNAME
                    link = link with { Name = Text(value) };
                    break;
                case 5 when value.Length >= 4: // IFLA_LINK
                    link = link with { Peer = MemoryMarshal.Read<uint>(value) };
                    break;
                case 6: // IFLA_QDISC
                    link = link with { QueueingDiscipline = Text(value) };
                    break;
                case 10 when value.Length >= 4: // IFLA_MASTER
                    link = link with { Master = MemoryMarshal.Read<uint>(value) };
                    break;
                case 18: // IFLA_LINKINFO
                    link = ReadLinkInformation(link, value);
                    break;
                case 30 when value.Length >= 4: // IFLA_PROMISCUITY
                    link = link with { Promiscuity = MemoryMarshal.Read<uint>(value) };
                    break;
                case 37 when value.Length >= 4: // IFLA_LINK_NETNSID
                    link = link with { PeerNamespace = MemoryMarshal.Read<int>(value) };
                    break;
            }
        }
        return link;
    }

    // What is particular to the kind of device, and to the kind that it is a port of. A kind comes before what is particular to it.
    private static Link ReadLinkInformation(Link link, ReadOnlySpan<byte> attributes)
    {
        var portOf = "";
        while (TryTakeAttribute(ref attributes, out var type, out var value))
        {
            switch (type)
            {
                case 1: // IFLA_INFO_KIND
                    link = link with { Kind = Text(value) };
                    break;
                case 2 when link.IsBridge: // IFLA_INFO_DATA
                    link = link with { FiltersBridged = FiltersBridged(value) };
                    break;
                case 4: // IFLA_INFO_SLAVE_KIND
                    portOf = Text(value);
                    break;
                case 5 when portOf == Link.Bridge: // IFLA_INFO_SLAVE_DATA
                    link = link with { IsOpenPort = IsOpenPort(value) };
                    break;
            }
        }
        return link;
    }

    private static bool FiltersBridged(ReadOnlySpan<byte> attributes)
    {
        var filters = false;
        while (TryTakeAttribute(ref attributes, out var type, out var value))
        {
            // IFLA_BR_VLAN_FILTERING, IFLA_BR_NF_CALL_IPTABLES, IFLA_BR_NF_CALL_IP6TABLES, IFLA_BR_NF_CALL_ARPTABLES
            filters |= type is 7 or 36 or 37 or 38 && !value.IsEmpty && value[0] != 0;
        }
        return filters;
    }

    private static bool IsOpenPort(ReadOnlySpan<byte> attributes)
    {
        const byte Forwarding = 3; // BR_STATE_FORWARDING
        var (forwards, isolated) = (false, false);
        while (TryTakeAttribute(ref attributes, out var type, out var value))
        {
            forwards |= type == 1 && value is [Forwarding, ..]; // IFLA_BRPORT_STATE
            isolated |= type == 33 && !value.IsEmpty && value[0] != 0; // IFLA_BRPORT_ISOLATED
        }
        return forwards && !isolated;
    }

    /// <summary>Whether a message of a link is what a bridge says of its port: not all of the link, and not that it is gone.</summary>
    public static bool IsOfPort(ReadOnlySpan<byte> body) => body is [7, ..]; // AF_BRIDGE

    public static LinkAddress? ReadAddress(ReadOnlySpan<byte> body)
    {
        if (body.Length < AddressHeader)
            return null;
        var index = MemoryMarshal.Read<uint>(body[4..]);
        IPAddress? address = null, local = null, broadcast = null;
        var attributes = body[AddressHeader..];
        while (TryTakeAttribute(ref attributes, out var type, out var value))
        {
            if (value.Length is not (4 or 16))
                continue;
            switch (type)
            {
                case 1: // IFA_ADDRESS: of a point-to-point link, the other end's
                    address = new(value);
                    break;
                case 2: // IFA_LOCAL
                    local = new(value);
                    break;
                case 4: // IFA_BROADCAST
                    broadcast = new(value);
                    break;
            }
        }
        return (local ?? address) is { } own ? new(index, own, broadcast) : null;
    }

    /// <summary>The interface that a message about a link or traffic control is about; 0 if it is too short to tell.</summary>
    public static uint ReadIndex(ReadOnlySpan<byte> body) => body.Length >= LinkHeader ? MemoryMarshal.Read<uint>(body[4..]) : 0;

    /// <summary>A filter; null for what a listing says of all filters of one priority together.</summary>
    public static Filter? ReadFilter(ReadOnlySpan<byte> body)
    {
        if (body.Length < TrafficControlHeader || MemoryMarshal.Read<uint>(body[8..]) is not (not 0 and var handle))
            return null;
        var priority = MemoryMarshal.Read<uint>(body[16..]) >> 16;
        var program = 0u;
        var attributes = body[TrafficControlHeader..];
        while (TryTakeAttribute(ref attributes, out var type, out var value))
        {
            if (type != 2) // TCA_OPTIONS
                continue;
            while (TryTakeAttribute(ref value, out var inner, out var id))
            {
                if (inner == 11 && id.Length >= 4) // TCA_BPF_ID; other classifiers' are not ours whatever they mean by it
                    program = MemoryMarshal.Read<uint>(id);
            }
        }
        return new(handle, priority, program);
    }

    /// <summary>A request with a header of the given body.</summary>
    public static byte[] Request(ushort type, ushort flags, ReadOnlySpan<byte> body)
    {
        var message = new byte[HeaderLength + body.Length];
        MemoryMarshal.Write(message, (uint)message.Length);
        MemoryMarshal.Write(message.AsSpan(4), type);
        MemoryMarshal.Write(message.AsSpan(6), (ushort)(FlagRequest | flags));
        body.CopyTo(message.AsSpan(HeaderLength));
        return message;
    }

    /// <summary>The body of a request about traffic control: a struct tcmsg, and TCA_KIND if a kind is given.</summary>
    public static byte[] TrafficControl(uint @interface, uint handle, uint parent, uint information = 0, ReadOnlySpan<byte> kind = default)
    {
        const ushort Kind = 1; // TCA_KIND
        var body = new byte[TrafficControlHeader + (kind.IsEmpty ? 0 : Align(AttributeHeader + kind.Length))];
        MemoryMarshal.Write(body.AsSpan(4), @interface);
        MemoryMarshal.Write(body.AsSpan(8), handle);
        MemoryMarshal.Write(body.AsSpan(12), parent);
        MemoryMarshal.Write(body.AsSpan(16), information);
        if (!kind.IsEmpty)
        {
            PutAttributeHeader(body.AsSpan(TrafficControlHeader), Kind, kind.Length);
            kind.CopyTo(body.AsSpan(TrafficControlHeader + AttributeHeader));
        }
        return body;
    }

    /// <summary>The body of a request for a new interface of a kind, on top of another: a struct ifinfomsg, IFLA_LINK and IFLA_LINKINFO with IFLA_INFO_KIND.</summary>
    public static byte[] NewLinkOfKind(string kind, uint on)
    {
        const ushort Below = 5, Information = 18, Kind = 1; // IFLA_LINK, IFLA_LINKINFO, IFLA_INFO_KIND
        var text = Encoding.ASCII.GetBytes(kind + "\0");
        var (below, information) = (LinkHeader, LinkHeader + AttributeHeader + sizeof(uint));
        var body = new byte[information + 2 * AttributeHeader + Align(text.Length)];
        PutAttributeHeader(body.AsSpan(below), Below, sizeof(uint));
        MemoryMarshal.Write(body.AsSpan(below + AttributeHeader), on);
        PutAttributeHeader(body.AsSpan(information), Information, AttributeHeader + text.Length);
        PutAttributeHeader(body.AsSpan(information + AttributeHeader), Kind, text.Length);
        text.CopyTo(body, information + 2 * AttributeHeader);
        return body;
    }

    private static void PutAttributeHeader(Span<byte> at, ushort type, int length)
    {
        MemoryMarshal.Write(at, (ushort)(AttributeHeader + length));
        MemoryMarshal.Write(at[sizeof(ushort)..], type);
    }

    /// <summary>The error number, positive, of a message of the type <see cref="Error"/>; 0 is an acknowledgement.</summary>
    public static int ReadError(ReadOnlySpan<byte> body) => body.Length >= 4 ? -MemoryMarshal.Read<int>(body) : 0;

    /// <summary>Takes the first attribute off the bytes; false at their end, or if what is left is no whole attribute.</summary>
    public static bool TryTakeAttribute(ref ReadOnlySpan<byte> bytes, out int type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (bytes.Length < AttributeHeader)
            return false;
        var length = MemoryMarshal.Read<ushort>(bytes);
        if (length < AttributeHeader || length > bytes.Length)
            return false;
        type = MemoryMarshal.Read<ushort>(bytes[2..]) & AttributeType;
        value = bytes[AttributeHeader..length];
        bytes = bytes[Math.Min(Align(length), bytes.Length)..];
        return true;
    }

    private static string Text(ReadOnlySpan<byte> value) => Encoding.UTF8.GetString(value.TrimEnd((byte)0));

    private static int Align(int length) => (length + 3) & ~3;
}
