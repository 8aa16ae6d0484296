using System.Buffers.Binary;
using System.Net;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;
using static Bulwark.Kernel.Tests.Harness.Make;

namespace Bulwark.Kernel.Tests.Packets;

public sealed class RefusalTests : IDisposable
{
    private const uint OwnMark = 0x62756c77;

    private readonly PacketTrial _trial = new PacketTrial().Protect();

    public void Dispose() => _trial.Dispose();

    [Theory]
    [InlineData("10.0.0.2:40000", "10.0.0.3:80", 20)]
    [InlineData("[fd00::2]:40000", "[fd00::3]:80", 40)]
    public void A_SYN_is_answered_with_the_reset_of_a_closed_port(string own, string peer, int header)
    {
        var refused = _trial.Send(Tcp(own, peer, Syn, sequence: 0xfffffffe, options: 20));

        Assert.True(refused.Refused);
        Assert.Equal(OwnMark, refused.Mark);
        Assert.Equal(14 + header + 20, refused.Frame.Length);
        var tcp = refused.Frame.AsSpan(14 + header);
        Assert.Equal(80, BinaryPrimitives.ReadUInt16BigEndian(tcp));
        Assert.Equal(40000, BinaryPrimitives.ReadUInt16BigEndian(tcp[2..]));
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]));
        Assert.Equal(0xffffffff, BinaryPrimitives.ReadUInt32BigEndian(tcp[8..]));
        Assert.Equal(Rst | Ack, tcp[13]);
        AssertGoesBack(refused.Frame, own, peer, TcpNumber);
    }

    [Theory]
    [InlineData(Syn, "", 1001u)]
    [InlineData(Syn, "hello", 1006u)]
    [InlineData(Fin, "hello", 1006u)]
    [InlineData(Syn | Fin, "hello", 1007u)]
    [InlineData(0, "hello", 1005u)]
    public void Without_an_acknowledgement_the_reset_acknowledges_what_it_got(byte flags, string payload, uint acknowledged)
    {
        var tcp = _trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", flags, payload, sequence: 1000)).Frame.AsSpan(34);

        Assert.Equal(acknowledged, BinaryPrimitives.ReadUInt32BigEndian(tcp[8..]));
        Assert.Equal(Rst | Ack, tcp[13]);
    }

    [Theory]
    [InlineData("10.0.0.2:40000", "10.0.0.3:80", 20)]
    [InlineData("[fd00::2]:40000", "[fd00::3]:80", 40)]
    public void With_an_acknowledgement_the_reset_is_what_the_peer_would_send_next(string own, string peer, int header)
    {
        var refused = _trial.Send(Tcp(own, peer, Ack, "hello", sequence: 1000, acknowledgement: 0xdeadbeef));

        var tcp = refused.Frame.AsSpan(14 + header);
        Assert.Equal(0xdeadbeef, BinaryPrimitives.ReadUInt32BigEndian(tcp[4..]));
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32BigEndian(tcp[8..]));
        Assert.Equal(Rst, tcp[13]);
        AssertGoesBack(refused.Frame, own, peer, TcpNumber);
    }

    [Fact]
    public void Options_of_the_refused_packet_are_not_in_the_reset()
    {
        var refused = _trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Syn) with { Options = [1, 1, 1, 0] });

        Assert.Equal(54, refused.Frame.Length);
        Assert.Equal(1001u, BinaryPrimitives.ReadUInt32BigEndian(refused.Frame.AsSpan(34 + 8)));
        AssertGoesBack(refused.Frame, "10.0.0.2:1", "10.0.0.3:1", TcpNumber);
    }

    [Fact]
    public void Padding_of_the_frame_is_not_acknowledged()
    {
        var refused = _trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Syn) with { Padding = 6 });

        Assert.Equal(1001u, BinaryPrimitives.ReadUInt32BigEndian(refused.Frame.AsSpan(34 + 8)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(519)] // odd, and one less than what fits
    [InlineData(520)]
    [InlineData(1400)]
    public void A_datagram_is_answered_with_administratively_prohibited_and_as_much_of_itself_as_fits_into_576_bytes(int length)
    {
        var packet = Udp("10.0.0.2:40000", "10.0.0.3:53", new string('q', length));

        var refused = _trial.Send(packet);

        Assert.True(refused.Refused);
        var icmp = refused.Frame.AsSpan(34);
        Assert.Equal((3, 13), (icmp[0], icmp[1]));
        Assert.Equal(packet.ToIp()[..Math.Min(28 + length, 548)], icmp[8..].ToArray());
        Assert.Equal(0, Checksum.Of(icmp));
        AssertGoesBack(refused.Frame, "10.0.0.2:1", "10.0.0.3:1", Icmp);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1183)]
    [InlineData(1184)]
    [InlineData(1400)]
    public void So_it_is_in_IPv6_with_1280_bytes(int length)
    {
        var packet = Udp("[fd00::2]:40000", "[fd00::3]:53", new string('q', length));

        var refused = _trial.Send(packet);

        Assert.True(refused.Refused);
        var icmp = refused.Frame.AsSpan(54);
        Assert.Equal((1, 1), (icmp[0], icmp[1]));
        Assert.Equal(packet.ToIp()[..Math.Min(48 + length, 1232)], icmp[8..].ToArray());
        AssertGoesBack(refused.Frame, "[fd00::2]:1", "[fd00::3]:1", Icmpv6);
    }

    [Fact]
    public void An_empty_datagram_and_an_echo_are_answered_too()
    {
        Assert.True(_trial.Send(Udp("10.0.0.2:40000", "10.0.0.3:53")).Refused);
        Assert.True(_trial.Send(IcmpOf("10.0.0.2", "10.0.0.3", 8)).Refused);
        Assert.True(_trial.Send(IcmpOf("fd00::2", "fd00::3", 128)).Refused);
        Assert.True(_trial.Send(Sctp("10.0.0.2:1", "10.0.0.3:2")).Refused);
    }

    [Fact]
    public void Resets_errors_multicast_and_fragments_are_never_answered()
    {
        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Rst)).Dropped);
        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Rst | Ack)).Dropped);
        Assert.True(_trial.Send(Udp("10.0.0.2:40000", "224.0.0.1:80")).Dropped);
        Assert.True(_trial.Send(Udp("[fd00::2]:40000", "[ff02::1]:80")).Dropped);
        Assert.True(_trial.Send(Error("10.0.0.2", "10.0.0.3", 3, Udp("10.0.0.3:1", "10.0.0.2:2"))).Dropped);
        Assert.True(_trial.Send(Udp("10.0.0.2:40000", "10.0.0.3:80", "12345678") with { Fragment = new(1, 0, true) }).Dropped);
        Assert.Equal(0ul, _trial.Count(Counter.Rejected));
    }

    [Fact]
    public void A_packet_too_short_to_quote_goes_without_an_answer()
    {
        Assert.True(_trial.Send(Other("10.0.0.2", "10.0.0.3", 47, 4)).Dropped);
        Assert.True(_trial.Send(Other("10.0.0.2", "10.0.0.3", 47, 4) with { Padding = 22 }).Dropped, "what follows the packet is none of it");
        Assert.True(_trial.Send(Other("fd00::2", "fd00::3", 47, 7)).Dropped);
    }

    [Fact]
    public void The_answer_passes_to_the_container_and_loses_its_mark()
    {
        var refused = _trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Syn));

        var passed = _trial.Receive(refused.Frame, refused.Mark);

        Assert.True(passed.Passed);
        Assert.Equal(0u, passed.Mark);
        Assert.True(_trial.Receive(refused.Frame).Dropped);
    }

    [Fact]
    public void A_flood_gets_a_bounded_number_of_answers_and_no_packet_through()
    {
        var outcomes = Enumerable.Range(1, 5000).Select(port => _trial.Send(Tcp("10.0.0.2:40000", $"10.0.0.3:{port}", Syn))).ToList();

        Assert.DoesNotContain(outcomes, o => o.Passed);
        Assert.InRange(outcomes.Count(o => o.Refused), 400, 4000);
        Assert.Contains(outcomes, o => o.Dropped);
        Assert.Equal((ulong)outcomes.Count(o => o.Refused), _trial.Count(Counter.Rejected));
    }

    [Fact]
    public void Answers_come_again_after_a_flood()
    {
        while (_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Syn)).Refused)
            continue;
        _trial.Pass(TimeSpan.FromSeconds(1));

        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Syn)).Refused);
    }

    [Fact]
    public void A_core_whose_clock_is_behind_earns_no_answers()
    {
        while (_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Syn)).Refused)
            continue;
        _trial.Pass(TimeSpan.FromSeconds(-10));

        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Syn)).Dropped);
    }

    // Addresses of link and network swapped, header and checksums right.
    private static void AssertGoesBack(byte[] frame, string own, string peer, byte transport)
    {
        Assert.All(frame[..6], b => Assert.Equal(0x0b, b));
        Assert.All(frame[6..12], b => Assert.Equal(0x0a, b));
        var (to, from) = (IPEndPoint.Parse(own).Address, IPEndPoint.Parse(peer).Address);
        var ip = frame.AsSpan(14);
        if (ip[0] == 0x45)
        {
            Assert.Equal(0, Checksum.Of(ip[..20]));
            Assert.Equal(ip.Length, BinaryPrimitives.ReadUInt16BigEndian(ip[2..]));
            Assert.Equal(transport, ip[9]);
            Assert.Equal(64, ip[8]);
            Assert.Equal((from, to), (new IPAddress(ip[12..16]), new IPAddress(ip[16..20])));
            if (transport == TcpNumber)
                Assert.Equal(0, Checksum.Of(from, to, transport, ip[20..]));
            return;
        }
        Assert.Equal(0x60, ip[0]);
        Assert.Equal(ip.Length - 40, BinaryPrimitives.ReadUInt16BigEndian(ip[4..]));
        Assert.Equal(transport, ip[6]);
        Assert.Equal((from, to), (new IPAddress(ip[8..24]), new IPAddress(ip[24..40])));
        Assert.Equal(0, Checksum.Of(from, to, transport, ip[40..]));
    }
}
