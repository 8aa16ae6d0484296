using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Bulwark.Kernel.Tests.Harness;

/// <summary>Makes packets. Ends are written "10.0.0.2:80" or "[fd00::2]:80"; without a port where the protocol has none.</summary>
internal static class Make
{
    public const byte Icmp = 1;
    public const byte TcpNumber = 6;
    public const byte UdpNumber = 17;
    public const byte Icmpv6 = 58;
    public const byte SctpNumber = 132;

    public const byte Fin = 0x01;
    public const byte Syn = 0x02;
    public const byte Rst = 0x04;
    public const byte Ack = 0x10;

    public static Packet Tcp(string from, string to, byte flags, string payload = "", uint sequence = 1000, uint acknowledgement = 2000, int options = 0)
    {
        var (source, destination) = (IPEndPoint.Parse(from), IPEndPoint.Parse(to));
        var body = new byte[20 + options + payload.Length];
        Ports(body, source, destination);
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(4), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(body.AsSpan(8), acknowledgement);
        body[12] = (byte)((5 + options / 4) << 4);
        body[13] = flags;
        body.AsSpan(20, options).Fill(1); // no-operation
        System.Text.Encoding.Latin1.GetBytes(payload, body.AsSpan(20 + options));
        return WithChecksum(source.Address, destination.Address, TcpNumber, body, 16);
    }

    public static Packet Udp(string from, string to, string payload = "") => Udp(from, to, System.Text.Encoding.Latin1.GetBytes(payload));

    public static Packet Udp(string from, string to, byte[] payload)
    {
        var (source, destination) = (IPEndPoint.Parse(from), IPEndPoint.Parse(to));
        var body = new byte[8 + payload.Length];
        Ports(body, source, destination);
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(4), (ushort)body.Length);
        payload.CopyTo(body, 8);
        return WithChecksum(source.Address, destination.Address, UdpNumber, body, 6);
    }

    public static Packet Sctp(string from, string to)
    {
        var (source, destination) = (IPEndPoint.Parse(from), IPEndPoint.Parse(to));
        var body = new byte[16];
        Ports(body, source, destination);
        return new(source.Address, destination.Address, SctpNumber, body);
    }

    /// <summary>ICMP for IPv4 or IPv6, whichever the addresses are.</summary>
    public static Packet IcmpOf(string from, string to, byte type, ushort id = 0, byte code = 0, byte[]? payload = null)
    {
        var (source, destination) = (IPAddress.Parse(from), IPAddress.Parse(to));
        var body = new byte[8 + (payload?.Length ?? 0)];
        body[0] = type;
        body[1] = code;
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(4), id);
        payload?.CopyTo(body, 8);
        if (source.AddressFamily == AddressFamily.InterNetworkV6)
            return WithChecksum(source, destination, Icmpv6, body, 2);
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(2), Checksum.Of(body));
        return new(source, destination, Icmp, body);
    }

    /// <summary>An ICMP error about a packet: of the given type, from a machine on the way or at its end.</summary>
    public static Packet Error(string from, string to, byte type, Packet about) => IcmpOf(from, to, type, payload: about.ToIp());

    /// <summary>A packet of a protocol without ports.</summary>
    public static Packet Other(string from, string to, byte transport, int length = 32) =>
        new(IPAddress.Parse(from), IPAddress.Parse(to), transport, new byte[length]);

    /// <summary>Cuts a packet's body into fragments of at most the given length (a multiple of 8).</summary>
    public static Packet[] Fragments(Packet packet, int length, uint id = 77) =>
        [.. packet.Body.Chunk(length).Select((part, i) => packet with
        {
            Body = part,
            Fragment = new(id, i * length, (i + 1) * length < packet.Body.Length),
        })];

    private static void Ports(byte[] body, IPEndPoint source, IPEndPoint destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)source.Port);
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(2), (ushort)destination.Port);
    }

    private static Packet WithChecksum(IPAddress source, IPAddress destination, byte transport, byte[] body, int at)
    {
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(at), Checksum.Of(source, destination, transport, body));
        return new(source, destination, transport, body);
    }
}
