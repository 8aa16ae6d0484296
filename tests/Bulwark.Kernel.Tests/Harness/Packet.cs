using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Bulwark.Kernel.Tests.Harness;

/// <summary>An IP packet in an Ethernet frame; right in every respect unless a property says otherwise.</summary>
internal sealed record Packet(IPAddress Source, IPAddress Destination, byte Transport, byte[] Body)
{
    public const int EthernetLength = 14;
    private const byte FragmentHeader = 44;

    /// <summary>Options of the IPv4 header, a multiple of 4 bytes.</summary>
    public byte[] Options { get; init; } = [];

    /// <summary>IPv6 extension headers, in order: their numbers, and what follows the two bytes of next number and length.</summary>
    public (byte Type, byte[] Content)[] Extensions { get; init; } = [];

    /// <summary>Set for a fragment.</summary>
    public Fragment? Fragment { get; init; }

    public byte HopLimit { get; init; } = 64;

    /// <summary>The length that the header claims, if not the real one.</summary>
    public ushort? ClaimedLength { get; init; }

    /// <summary>The first byte of the IP header, if not the right one.</summary>
    public byte? FirstByte { get; init; }

    /// <summary>The type of the Ethernet frame, if not the right one.</summary>
    public ushort? EtherType { get; init; }

    /// <summary>Bytes after the IP packet, such as Ethernet's padding.</summary>
    public int Padding { get; init; }

    /// <summary>Bytes of the frame that are missing at its end.</summary>
    public int Missing { get; init; }

    public bool IsIpv4 => Source.AddressFamily == AddressFamily.InterNetwork;

    public byte[] ToFrame()
    {
        var ip = IsIpv4 ? Ipv4() : Ipv6();
        var frame = new byte[EthernetLength + ip.Length + Padding];
        frame.AsSpan(0, 6).Fill(0x0a);
        frame.AsSpan(6, 6).Fill(0x0b);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), EtherType ?? (ushort)(IsIpv4 ? 0x0800 : 0x86dd));
        ip.CopyTo(frame, EthernetLength);
        return frame[..^Missing];
    }

    /// <summary>The packet without its Ethernet header, as an ICMP error quotes it.</summary>
    public byte[] ToIp() => ToFrame()[EthernetLength..];

    private byte[] Ipv4()
    {
        var ip = new byte[20 + Options.Length + Body.Length];
        ip[0] = FirstByte ?? (byte)(0x40 | (5 + Options.Length / 4));
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(2), ClaimedLength ?? (ushort)ip.Length);
        if (Fragment is { } fragment)
        {
            BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(4), (ushort)fragment.Id);
            BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(6), (ushort)((fragment.Offset / 8) | (fragment.More ? 0x2000 : 0)));
        }
        ip[8] = HopLimit;
        ip[9] = Transport;
        Source.TryWriteBytes(ip.AsSpan(12), out _);
        Destination.TryWriteBytes(ip.AsSpan(16), out _);
        Options.CopyTo(ip, 20);
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(10), Checksum.Of(ip.AsSpan(0, 20 + Options.Length)));
        Body.CopyTo(ip, 20 + Options.Length);
        return ip;
    }

    private byte[] Ipv6()
    {
        var extensions = Extensions.ToList();
        if (Fragment is { } fragment)
        {
            var rest = new byte[6];
            BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)((fragment.Offset & ~7) | (fragment.More ? 1 : 0)));
            BinaryPrimitives.WriteUInt32BigEndian(rest.AsSpan(2), fragment.Id);
            extensions.Insert(Math.Min(fragment.After, extensions.Count), (FragmentHeader, rest));
        }
        var bytes = new List<byte>();
        for (var i = 0; i < extensions.Count; i++)
        {
            var (type, rest) = extensions[i];
            bytes.Add(i + 1 < extensions.Count ? extensions[i + 1].Type : Transport);
            bytes.Add(type switch { FragmentHeader => 0, 51 => (byte)((rest.Length + 2) / 4 - 2), _ => (byte)((rest.Length + 2) / 8 - 1) });
            bytes.AddRange(rest);
        }
        bytes.AddRange(Body);
        var ip = new byte[40 + bytes.Count];
        ip[0] = FirstByte ?? 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(4), ClaimedLength ?? (ushort)bytes.Count);
        ip[6] = extensions.Count > 0 ? extensions[0].Type : Transport;
        ip[7] = HopLimit;
        Source.TryWriteBytes(ip.AsSpan(8), out _);
        Destination.TryWriteBytes(ip.AsSpan(24), out _);
        bytes.CopyTo(ip, 40);
        return ip;
    }
}

/// <summary>What makes a packet a fragment.</summary>
/// <param name="Id">The same for all fragments of a datagram.</param>
/// <param name="Offset">Of the first byte in the datagram, a multiple of 8.</param>
/// <param name="More">Whether others follow.</param>
internal sealed record Fragment(uint Id, int Offset, bool More)
{
    /// <summary>IPv6: after how many of the extension headers.</summary>
    public int After { get; init; }
}
