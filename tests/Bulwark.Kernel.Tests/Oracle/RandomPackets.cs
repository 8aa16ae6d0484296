using System.Net;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using Bulwark.Model.Enforcement;

namespace Bulwark.Kernel.Tests.Oracle;

/// <summary>
/// Packets and policies out of few addresses and ports, so that they meet often; some packets are damaged. Never shorter than a test
/// run of the kernel takes.
/// </summary>
internal sealed class RandomPackets(int seed)
{
    private static readonly string[] s_own4 = ["10.0.0.2", "10.0.0.2", "10.0.0.2", "10.0.0.2", "0.0.0.0", "10.0.0.3", "203.0.113.9", "10.0.0.50", "10.0.0.51"];
    private static readonly string[] s_peers4 = ["10.0.0.3", "10.0.0.3", "10.0.0.1", "203.0.113.9", "198.51.100.7", "198.51.100.8", "224.0.0.251", "10.0.0.255", "10.0.0.2", "10.0.0.50", "10.0.0.51"];
    private static readonly string[] s_own6 = ["fd00::2", "fd00::2", "fd00::2", "fe80::2", "::", "fd00::3", "2001:db8::9"];
    private static readonly string[] s_peers6 = ["fd00::3", "fd00::3", "fd00::1", "2001:db8::9", "2001:db8:1::7", "ff02::fb", "fe80::1", "fd00::2"];
    private static readonly int[] s_ports = [53, 80, 5432, 40000];
    private static readonly byte[] s_flags = [0x02, 0x02, 0x12, 0x10, 0x10, 0x18, 0x11, 0x04, 0x14, 0x00, 0x03, 0x29];
    private static readonly byte[] s_icmp4 = [8, 8, 0, 0, 13, 14, 3, 11, 5, 9];
    private static readonly byte[] s_icmp6 = [128, 128, 129, 129, 1, 2, 134, 135, 136, 143, 137, 100];
    private static readonly byte[] s_extensions = [0, 43, 60, 51];
    private static readonly Identity[] s_identities =
    [
        Identity.Any, Identity.Host, Identity.World, Identity.Multicast, PacketTrial.Database, PacketTrial.Web, new(Identity.FirstRange), new(Identity.FirstRange + 1),
    ];

    private readonly Random _random = new(seed);
    private readonly Queue<(Direction Direction, byte[] Frame)> _story = new();

    public bool Chance(int percent) => _random.Next(100) < percent;

    /// <summary>By which interface a packet came to the host: none, the bridge, or back by the container's own.</summary>
    public uint CameIn() => Pick([0u, 77u, PacketTrial.Interface]);

    private Direction Direction() => (Direction)_random.Next(2);

    public PolicyEntry[] Policy() => [.. Enumerable.Range(0, _random.Next(12)).Select(_ => Entry())];

    /// <summary>A frame, and in which direction it passes the interface: any, or the next of a connection's life.</summary>
    public (Direction Direction, byte[] Frame) Next()
    {
        if (_story.Count == 0 && Chance(3))
            TellStory();
        if (_story.Count > 0 && Chance(60))
            return _story.Dequeue();
        var direction = Direction();
        return (direction, Frame(direction));
    }

    // Opened, used, closed in one way or the other, opened again on the same ports, maybe from the other side.
    private void TellStory()
    {
        var (own, peer) = (End(s_own4[0]), End(Pick(s_peers4)));
        for (var times = 2; times > 0; times--)
        {
            var opener = Direction();
            var other = opener == Model.Direction.Out ? Model.Direction.In : Model.Direction.Out;
            Tell(opener, Make.Syn);
            Tell(other, Make.Syn | Make.Ack);
            Tell(opener, Make.Ack);
            Tell(other, Make.Ack);
            Tell(Direction(), Chance(50) ? Make.Rst : (byte)(Make.Fin | Make.Ack));
            Tell(other, Make.Fin | Make.Ack);
        }

        void Tell(Direction direction, byte flags) => _story.Enqueue((
            direction, (direction == Model.Direction.Out ? Make.Tcp(own, peer, flags) : Make.Tcp(peer, own, flags)).ToFrame()));
    }

    private byte[] Frame(Direction direction)
    {
        var packet = Packet(direction);
        if (Chance(10))
            packet = packet with { Padding = _random.Next(1, 20) };
        var frame = packet.ToFrame();
        if (Chance(25))
            frame = Damage(frame);
        var shortest = 14 + (frame[12], frame[13]) switch { (0x08, 0x00) => 20, (0x86, 0xdd) => 40, _ => 0 };
        return frame.Length >= shortest ? frame : [.. frame, .. new byte[shortest - frame.Length]];
    }

    private PolicyEntry Entry()
    {
        var peer = Pick(s_identities);
        byte transport = Pick<byte>([1, 6, 6, 17, 17, 58, 132, 47]);
        var port = transport switch { 1 => Pick([8, 13]), 58 => 128, 47 => 0, _ => Pick(s_ports) };
        if (peer != Identity.Any && Chance(30))
            port = 0;
        if (port == 0 && peer != Identity.Any && Chance(30))
            transport = 0;
        return new(Direction(), peer, new(transport), (ushort)port);
    }

    private Packet Packet(Direction direction)
    {
        var ipv4 = Chance(50);
        var own = Pick(ipv4 ? s_own4 : s_own6);
        var peer = Pick(ipv4 ? s_peers4 : s_peers6);
        var (from, to) = direction == Model.Direction.Out ? (own, peer) : (peer, own);
        var packet = _random.Next(12) switch
        {
            < 5 => Make.Tcp(End(from), End(to), Pick(s_flags), Text(), options: Chance(20) ? 4 * _random.Next(11) : 0),
            < 8 => Make.Udp(End(from), End(to), Text()),
            8 => Make.Sctp(End(from), End(to)),
            9 => Make.IcmpOf(from, to, Pick(ipv4 ? s_icmp4 : s_icmp6), (ushort)_random.Next(3)),
            10 => ErrorAbout(direction, ipv4, from, to),
            _ => Make.Other(from, to, Pick<byte>([47, 50, 4, 59, 255]), _random.Next(40)),
        };
        packet = packet with { HopLimit = Pick<byte>([64, 64, 255, 1]) };
        if (ipv4 && Chance(10))
            packet = packet with { Options = [.. Enumerable.Repeat((byte)1, 4 * _random.Next(11))] };
        if (!ipv4 && Chance(20))
            packet = packet with { Extensions = [.. Enumerable.Range(0, _random.Next(11)).Select(_ => Extension())] };
        return Chance(15) ? Part(packet) : packet;
    }

    // About a packet that went the other way, as they do.
    private Packet ErrorAbout(Direction direction, bool ipv4, string from, string to)
    {
        var about = Chance(70)
            ? _random.Next(3) switch
            {
                0 => Make.Tcp(End(to), End(from), 2),
                1 => Make.Udp(End(to), End(from)),
                _ => Make.IcmpOf(to, from, ipv4 ? (byte)8 : (byte)128, (ushort)_random.Next(3)),
            }
            : Packet(direction == Model.Direction.Out ? Model.Direction.In : Model.Direction.Out);
        var error = Make.Error(from, to, ipv4 ? (byte)3 : (byte)1, about);
        return Chance(20) ? error with { Body = error.Body[..Math.Max(8, error.Body.Length - _random.Next(30))] } : error;
    }

    private Packet Part(Packet packet)
    {
        var cut = Math.Min(packet.Body.Length, 8 * _random.Next(5));
        var id = (uint)_random.Next(4);
        var after = _random.Next(3);
        return Chance(50)
            ? packet with { Body = packet.Body[..cut], Fragment = new(id, 0, Chance(90)) { After = after } }
            : packet with { Body = packet.Body[cut..], Fragment = new(id, 8 * _random.Next(1, 9), Chance(50)) { After = after } };
    }

    private (byte, byte[]) Extension()
    {
        var type = Pick(s_extensions);
        return (type, new byte[type == 51 ? 4 * _random.Next(2, 6) - 2 : 8 * _random.Next(1, 4) - 2]);
    }

    private byte[] Damage(byte[] frame)
    {
        if (Chance(30))
            return frame[..Math.Max(14, frame.Length - _random.Next(1, 60))];
        for (var i = _random.Next(1, 4); i > 0; i--)
            frame[_random.Next(Chance(10) ? 12 : 14, Math.Min(frame.Length, 14 + 80))] = Pick<byte>([0, 1, 4, 6, 17, 0x20, 0x45, 0x60, 0xff, (byte)_random.Next(256)]);
        return frame;
    }

    private string End(string address) => $"{(address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address)}:{Pick(s_ports)}";

    private string Text() => new('x', _random.Next(60));

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];

    /// <summary>Who has which address in the trial.</summary>
    public static Dictionary<IPAddress, (Identity Identity, uint Container)> Owners { get; } = new()
    {
        [IPAddress.Parse("10.0.0.1")] = (Identity.Host, 0),
        [IPAddress.Parse("10.0.0.255")] = (Identity.Multicast, 0),
        [IPAddress.Parse("10.0.0.2")] = (PacketTrial.Web, PacketTrial.WebNumber),
        [IPAddress.Parse("10.0.0.3")] = (PacketTrial.Database, PacketTrial.DatabaseNumber),
        [IPAddress.Parse("10.0.0.50")] = (PacketTrial.Web, 0),
        [IPAddress.Parse("10.0.0.51")] = (PacketTrial.Database, 0),
        [IPAddress.Parse("fd00::1")] = (Identity.Host, 0),
        [IPAddress.Parse("fd00::2")] = (PacketTrial.Web, PacketTrial.WebNumber),
        [IPAddress.Parse("fd00::3")] = (PacketTrial.Database, PacketTrial.DatabaseNumber),
    };

    public static (IPNetwork Range, Identity Identity)[] Ranges { get; } =
    [
        (IPNetwork.Parse("198.51.100.0/24"), new(Identity.FirstRange)),
        (IPNetwork.Parse("198.51.100.7/32"), new(Identity.FirstRange + 1)),
        (IPNetwork.Parse("2001:db8:1::/48"), new(Identity.FirstRange)),
    ];
}
