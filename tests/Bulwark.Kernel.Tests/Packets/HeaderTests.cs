using System.Net;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using Bulwark.Model.Observations;
using static Bulwark.Kernel.Tests.Harness.Make;
using static Bulwark.Kernel.Tests.Harness.PacketTrial;

namespace Bulwark.Kernel.Tests.Packets;

public sealed class HeaderTests : IDisposable
{
    private static readonly Packet s_ipv4 = Tcp("10.0.0.2:40000", "10.0.0.3:5432", Syn);
    private static readonly Packet s_ipv6 = Tcp("[fd00::2]:40000", "[fd00::3]:5432", Syn);

    private readonly PacketTrial _trial = new();

    public HeaderTests() => _trial.Protect(Out(Database, 0, 0), In(Database, TcpNumber, 80));

    public void Dispose() => _trial.Dispose();

    [Theory]
    [InlineData(4)]
    [InlineData(20)]
    [InlineData(40)]
    public void Options_of_IPv4_hide_no_ports(int length)
    {
        var options = Enumerable.Repeat((byte)1, length).ToArray();
        _trial.Protect(Out(Database, TcpNumber, 5432));

        Assert.True(_trial.Send(s_ipv4 with { Options = options }).Passed);
        Assert.False(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:5433", Syn) with { Options = options }).Passed);
    }

    [Fact]
    public void Options_of_TCP_are_no_payload()
    {
        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:5432", Syn, options: 40)).Passed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(43)]
    [InlineData(60)]
    [InlineData(51)]
    public void Extension_headers_of_IPv6_hide_no_ports(byte type)
    {
        var extensions = new[] { (type, new byte[type == 51 ? 22 : 14]) };
        _trial.Protect(Out(Database, TcpNumber, 5432));

        Assert.True(_trial.Send(s_ipv6 with { Extensions = extensions }).Passed);
        Assert.False(_trial.Send(Tcp("[fd00::2]:40000", "[fd00::3]:5433", Syn) with { Extensions = extensions }).Passed);
    }

    [Theory]
    [InlineData(8, true)]
    [InlineData(9, false)]
    public void Up_to_eight_extension_headers_are_read(int count, bool passes)
    {
        var extensions = Enumerable.Repeat(((byte)60, new byte[6]), count).ToArray();

        Assert.Equal(passes, _trial.Send(s_ipv6 with { Extensions = extensions }).Passed);
        Assert.Equal(passes ? 0ul : 1ul, _trial.Count(Counter.Malformed));
    }

    public static TheoryData<string> Broken => [.. s_broken.Keys];

    private static readonly Dictionary<string, Packet> s_broken = new()
    {
        ["IPv4 that claims another version"] = s_ipv4 with { FirstByte = 0x55 },
        ["IPv4 whose header is shorter than 20 bytes"] = s_ipv4 with { FirstByte = 0x44 },
        ["IPv4 whose header is longer than the packet"] = Udp("10.0.0.2:1", "10.0.0.3:2") with { FirstByte = 0x4f },
        ["IPv4 that claims more than there is"] = s_ipv4 with { ClaimedLength = 41 },
        ["IPv4 that claims less than its header"] = s_ipv4 with { ClaimedLength = 19 },
        ["IPv4 that claims less than its transport header"] = s_ipv4 with { ClaimedLength = 39 },
        ["IPv6 that claims another version"] = s_ipv6 with { FirstByte = 0x40 },
        ["IPv6 that claims more than there is"] = s_ipv6 with { ClaimedLength = 21 },
        ["IPv6 that claims less than its transport header"] = s_ipv6 with { ClaimedLength = 19 },
        ["IPv6 with an address of IPv4 as its source"] = s_ipv6 with { Source = IPAddress.Parse("10.0.0.2").MapToIPv6() },
        ["IPv6 with an address of IPv4 as its destination"] = s_ipv6 with { Destination = IPAddress.Parse("10.0.0.3").MapToIPv6() },
        ["IPv6 whose extension header is cut"] = new(s_ipv6.Source, s_ipv6.Destination, 60, [6, 0, 1, 4]),
        ["IPv6 whose extension header is longer than the packet"] = new(s_ipv6.Source, s_ipv6.Destination, 60, [6, 9, 1, 4, 0, 0, 0, 0]),
        ["IPv6 whose fragment header is cut"] = new(s_ipv6.Source, s_ipv6.Destination, 44, [6, 0, 0, 0]),
        ["TCP shorter than its header"] = s_ipv4 with { Body = s_ipv4.Body[..19] },
        ["TCP whose header is shorter than 20 bytes"] = s_ipv4 with { Body = [.. s_ipv4.Body[..12], 0x40, .. s_ipv4.Body[13..]] },
        ["TCP whose header is longer than the packet"] = s_ipv4 with { Body = [.. s_ipv4.Body[..12], 0x60, .. s_ipv4.Body[13..]] },
        ["UDP shorter than its header"] = Other("10.0.0.2", "10.0.0.3", UdpNumber, 7),
        ["SCTP shorter than its header"] = Other("10.0.0.2", "10.0.0.3", SctpNumber, 7),
        ["ICMP shorter than its header"] = Other("10.0.0.2", "10.0.0.3", Icmp, 7),
        ["ICMPv6 shorter than its header"] = Other("fd00::2", "fd00::3", Icmpv6, 7),
        ["UDP of IPv6 without a byte"] = Other("fd00::2", "fd00::3", UdpNumber, 0),
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_broken_header_does_not_pass_even_where_everything_is_allowed(string what)
    {
        var packet = s_broken[what];

        Assert.True(_trial.Send(packet).Dropped);
        Assert.Equal(1ul, _trial.Count(Counter.Malformed));
        Assert.Equal((byte)VerdictReason.Malformed, Assert.Single(_trial.Events()).Head.Reason);
        _trial.Audit(Out(Database, 0, 0));
        Assert.True(_trial.Send(packet).Passed);
        _trial.Learn();
        Assert.True(_trial.Send(packet).Passed);
    }

    [Fact]
    public void Bytes_after_the_packet_are_padding()
    {
        Assert.True(_trial.Send(s_ipv4 with { Padding = 6 }).Passed);
        Assert.True(_trial.Send(s_ipv6 with { Padding = 6 }).Passed);
    }

    [Theory]
    [InlineData("10.0.0.3:40000", "10.0.0.3:5432")]
    [InlineData("10.0.0.1:40000", "10.0.0.3:5432")]
    [InlineData("203.0.113.1:40000", "10.0.0.3:5432")]
    [InlineData("127.0.0.1:40000", "10.0.0.3:5432")]
    [InlineData("10.0.0.51:40000", "10.0.0.3:5432")]
    [InlineData("[fd00::3]:40000", "[fd00::3]:5432")]
    [InlineData("[2001:db8::1]:40000", "[fd00::3]:5432")]
    [InlineData("[::1234:0:0]:40000", "[fd00::3]:5432")]
    [InlineData("[::1]:40000", "[fd00::3]:5432")]
    public void A_source_that_is_not_the_containers_own_does_not_pass(string source, string destination)
    {
        Assert.True(_trial.Send(Tcp(source, destination, Syn)).Dropped);

        var told = Assert.Single(_trial.Events());
        Assert.Equal((byte)VerdictReason.SpoofedSource, told.Head.Reason);
        Assert.Equal((byte)Verdict.Blocked, told.Head.Verdict);
        Assert.Equal(WebNumber, told.Head.Container);
    }

    [Theory]
    [InlineData("0.0.0.0:68", "255.255.255.255:67")]
    [InlineData("[fe80::42]:546", "[ff02::1:2]:547")]
    [InlineData("[::]:546", "[ff02::1:2]:547")]
    public void A_container_without_an_address_yet_may_ask_for_one_if_that_is_allowed(string source, string destination)
    {
        _trial.Protect(Out(Identity.Multicast, UdpNumber, 67), Out(Identity.Multicast, UdpNumber, 547));

        Assert.True(_trial.Send(Udp(source, destination)).Passed);
    }

    [Fact]
    public void The_source_of_what_arrives_is_anybodys()
    {
        Assert.True(_trial.Receive(Tcp("10.0.0.3:40000", "10.0.0.2:80", Syn)).Passed);
    }

    [Theory]
    [InlineData(133, 255)]
    [InlineData(135, 255)]
    [InlineData(136, 255)]
    [InlineData(130, 1)]
    [InlineData(131, 1)]
    [InlineData(132, 1)]
    [InlineData(143, 1)]
    public void Neighbour_discovery_always_passes_as_far_as_the_link(byte type, byte hops)
    {
        _trial.Protect();
        var packet = IcmpOf("fe80::2", "ff02::1", type, payload: new byte[16]) with { HopLimit = hops };

        Assert.True(_trial.Send(packet).Passed);
        Assert.True(_trial.Receive(packet with { Source = IPAddress.Parse("fe80::1") }).Passed);
        Assert.False(_trial.Send(packet with { HopLimit = 64 }).Passed);
        Assert.Single(_trial.Events());
    }

    [Theory]
    [InlineData("fe80::2", "ff02::1", 134)]
    [InlineData("fe80::2", "fe80::3", 137)]
    [InlineData("10.0.0.2", "224.0.0.1", 9)]
    [InlineData("10.0.0.2", "10.0.0.3", 5)]
    public void A_container_does_not_become_the_router_of_others_whatever_its_profile_allows(string from, string to, byte type)
    {
        _trial.Protect(Out(Database, 0, 0), Out(Identity.World, 0, 0), Out(Identity.Multicast, 0, 0));
        // A redirect that belongs to a conversation, too.
        _trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Syn));
        var packet = IcmpOf(from, to, type, payload: Tcp("10.0.0.3:80", "10.0.0.2:40000", Syn | Ack).ToIp()) with { HopLimit = 255 };

        Assert.True(_trial.Send(packet).Dropped);

        var told = Assert.Single(_trial.Events());
        Assert.Equal((byte)VerdictReason.Routing, told.Head.Reason);
        Assert.Equal(type, told.Head.ServerPort);
    }

    [Fact]
    public void Of_a_router_it_hears()
    {
        _trial.Protect();

        Assert.True(_trial.Receive(IcmpOf("fe80::1", "ff02::1", 134, payload: new byte[16]) with { HopLimit = 255 }).Passed);
    }

    [Fact]
    public void A_services_virtual_address_is_its_workload_to_others_and_its_containers_own()
    {
        _trial.Protect(Out(Database, 6, 5432), In(Database, 6, 80));

        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.51:5432", Syn)).Passed);
        Assert.False(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.51:5433", Syn)).Passed);
        // A balancer may hand packets on as they are; the answer then goes past it.
        Assert.True(_trial.Receive(Tcp("10.0.0.3:40000", "10.0.0.50:80", Syn)).Passed);
        Assert.True(_trial.Send(Tcp("10.0.0.50:80", "10.0.0.3:40000", Syn | Ack)).Passed);
    }

    [Theory]
    [InlineData("10.0.0.3:80")]
    [InlineData("203.0.113.9:80")]
    [InlineData("[fd00::3]:80")]
    [InlineData("10.0.0.1:80")]
    [InlineData("10.0.0.51:80")]
    public void What_is_for_another_does_not_arrive_whatever_the_profile_allows(string to)
    {
        _trial.Protect(In(Identity.World, 0, 0), In(Identity.Host, 0, 0));
        var from = to.StartsWith('[') ? "[fd00::1]:40000" : "10.0.0.1:40000";

        Assert.True(_trial.Receive(Tcp(from, to, Syn)).Dropped);

        Assert.Equal((byte)VerdictReason.Misdirected, Assert.Single(_trial.Events()).Head.Reason);
    }

    [Theory]
    [InlineData("10.0.0.255:80")]
    [InlineData("255.255.255.255:80")]
    [InlineData("224.0.0.251:80")]
    [InlineData("[ff02::fb]:80")]
    public void What_is_for_all_arrives_if_the_profile_allows_it(string to)
    {
        _trial.Protect(In(Identity.Host, UdpNumber, 80));

        Assert.True(_trial.Receive(Udp(to.StartsWith('[') ? "[fd00::1]:40000" : "10.0.0.1:40000", to)).Passed);
    }

    [Fact]
    public void ARP_always_passes_even_while_held()
    {
        var arp = s_ipv4 with { EtherType = 0x0806 };
        _trial.Kernel.Workloads.Remove(Web.Value);

        Assert.True(_trial.Send(arp).Passed);
        Assert.True(_trial.Receive(arp).Passed);
    }

    [Theory]
    [InlineData(0x8100)]
    [InlineData(0x88a8)]
    [InlineData(0x8863)]
    [InlineData(0x88cc)]
    [InlineData(0x1234)]
    public void What_is_neither_IP_nor_ARP_does_not_pass(int type)
    {
        var frame = s_ipv4 with { EtherType = (ushort)type };

        Assert.True(_trial.Send(frame).Dropped);
        Assert.True(_trial.Receive(frame).Dropped);

        var told = _trial.Events();
        Assert.All(told, e => Assert.Equal((byte)VerdictReason.NotIp, e.Head.Reason));
        Assert.All(told, e => Assert.Equal(Interface, e.Head.Interface));
        _trial.Audit();
        Assert.True(_trial.Send(frame).Passed);
    }
}
