using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model.Observations;
using static Bulwark.Kernel.Tests.Harness.Make;
using static Bulwark.Kernel.Tests.Harness.PacketTrial;

namespace Bulwark.Kernel.Tests.Packets;

public sealed class FragmentTests : IDisposable
{
    private readonly PacketTrial _trial = new();

    public FragmentTests() => _trial.Protect(
        Out(Database, UdpNumber, 53), Out(Database, TcpNumber, 5432), Out(Database, Icmp, 8), Out(Database, 47, 0), In(Database, UdpNumber, 80));

    public void Dispose() => _trial.Dispose();

    [Theory]
    [InlineData("10.0.0.2", "10.0.0.3")]
    [InlineData("[fd00::2]", "[fd00::3]")]
    public void All_fragments_of_an_allowed_datagram_pass(string own, string peer)
    {
        var fragments = Fragments(Udp($"{own}:40000", $"{peer}:53", new string('x', 90)), 32);

        Assert.Equal(4, fragments.Length);
        Assert.All(fragments, fragment => Assert.True(_trial.Send(fragment).Passed));
    }

    [Theory]
    [InlineData("10.0.0.2", "10.0.0.3")]
    [InlineData("[fd00::2]", "[fd00::3]")]
    public void All_fragments_of_a_blocked_datagram_are_dropped_without_an_answer(string own, string peer)
    {
        var fragments = Fragments(Udp($"{own}:40000", $"{peer}:54", new string('x', 90)), 32);

        Assert.All(fragments, fragment => Assert.True(_trial.Send(fragment).Dropped));
    }

    [Fact]
    public void Fragments_to_the_container_are_judged_the_same()
    {
        Assert.All(Fragments(Udp("10.0.0.3:40000", "10.0.0.2:80", new string('x', 90)), 32), f => Assert.True(_trial.Receive(f).Passed));
        Assert.All(Fragments(Udp("10.0.0.3:40000", "10.0.0.2:81", new string('x', 90)), 32), f => Assert.True(_trial.Receive(f).Dropped));
    }

    [Theory]
    [InlineData("10.0.0.2", "10.0.0.3")]
    [InlineData("[fd00::2]", "[fd00::3]")]
    public void A_later_fragment_without_its_first_is_blocked(string own, string peer)
    {
        var fragments = Fragments(Udp($"{own}:40000", $"{peer}:53", new string('x', 60)), 32);

        Assert.True(_trial.Send(fragments[1]).Dropped);
        Assert.Equal((byte)VerdictReason.UnknownFragment, Assert.Single(_trial.Events()).Head.Reason);
    }

    [Fact]
    public void A_fragment_belongs_to_its_datagram_only()
    {
        var fragments = Fragments(Udp("10.0.0.2:40000", "10.0.0.3:53", new string('x', 60)), 32);
        _trial.Send(fragments[0]);

        Assert.True(_trial.Send(fragments[1] with { Fragment = fragments[1].Fragment! with { Id = 78 } }).Dropped);
        Assert.True(_trial.Send(fragments[1] with { Destination = System.Net.IPAddress.Parse("10.0.0.1") }).Dropped);
        Assert.True(_trial.Send(fragments[1] with { Transport = TcpNumber }).Dropped);
        Assert.True(_trial.Receive(fragments[1]).Dropped);
        Assert.True(_trial.Send(fragments[1]).Passed);
    }

    [Fact]
    public void A_fragment_that_comes_half_a_minute_late_is_blocked()
    {
        var fragments = Fragments(Udp("10.0.0.2:40000", "10.0.0.3:53", new string('x', 60)), 32);
        _trial.Send(fragments[0]);
        _trial.Pass(TimeSpan.FromSeconds(31));

        Assert.True(_trial.Send(fragments[1]).Dropped);
    }

    [Fact]
    public void A_fragment_passes_whose_first_another_core_saw_a_moment_later()
    {
        var fragments = Fragments(Udp("10.0.0.2:40000", "10.0.0.3:53", new string('x', 60)), 32);
        _trial.Send(fragments[0]);
        _trial.Pass(TimeSpan.FromMilliseconds(-20));

        Assert.True(_trial.Send(fragments[1]).Passed);
    }

    [Fact]
    public void The_fragments_of_an_echo_pass_like_the_echo()
    {
        Assert.All(Fragments(IcmpOf("10.0.0.2", "10.0.0.3", 8, 7, payload: new byte[90]), 32), f => Assert.True(_trial.Send(f).Passed));
        Assert.All(Fragments(IcmpOf("10.0.0.3", "10.0.0.2", 0, 7, payload: new byte[90]), 32), f => Assert.True(_trial.Receive(f).Passed));
        Assert.All(Fragments(IcmpOf("10.0.0.3", "10.0.0.2", 8, 7, payload: new byte[90]), 32, id: 5), f => Assert.True(_trial.Receive(f).Dropped));
    }

    [Theory]
    [InlineData("10.0.0.2", "10.0.0.3")]
    [InlineData("fd00::2", "fd00::3")]
    public void The_fragments_of_protocols_without_ports_pass_like_the_rest(string own, string peer)
    {
        Assert.All(Fragments(Other(own, peer, 47, 90), 32), fragment => Assert.True(_trial.Send(fragment).Passed));
    }

    [Fact]
    public void The_first_fragment_must_hold_the_whole_transport_header()
    {
        var tcp = Fragments(Tcp("10.0.0.2:40000", "10.0.0.3:5432", Syn, new string('x', 60)), 16);
        var udp = Udp("10.0.0.2:40000", "10.0.0.3:53") with { Fragment = new(9, 0, true) };

        Assert.True(_trial.Send(tcp[0]).Dropped);
        Assert.True(_trial.Send(udp with { Body = udp.Body[..4] }).Dropped);
        Assert.Equal((byte)VerdictReason.Malformed, _trial.Events()[0].Head.Reason);
    }

    [Fact]
    public void Later_fragments_of_IPv6_are_known_whatever_follows_their_fragment_header()
    {
        // RFC 8200 4.5: they carry the number of the first header after it, here of destination options; the first fragment's counts.
        var first = Udp("[fd00::2]:40000", "[fd00::3]:53", new string('x', 24)) with
        {
            Extensions = [(60, new byte[6])],
            Fragment = new(5, 0, true),
        };
        var later = new Packet(first.Source, first.Destination, 60, new byte[32]) { Fragment = new(5, 40, false) };

        Assert.True(_trial.Send(first).Passed);
        Assert.True(_trial.Send(later).Passed);
    }

    [Fact]
    public void Later_fragments_of_IPv6_cannot_claim_another_protocol()
    {
        var first = Udp("[fd00::2]:40000", "[fd00::3]:54", new string('x', 24)) with { Fragment = new(5, 0, true) };
        var later = new Packet(first.Source, first.Destination, 47, new byte[32]) { Fragment = new(5, 32, false) };

        Assert.False(_trial.Send(first).Passed);
        Assert.False(_trial.Send(later).Passed);
    }

    [Fact]
    public void A_fragment_header_of_a_whole_datagram_changes_nothing()
    {
        var whole = Udp("[fd00::2]:40000", "[fd00::3]:53") with { Fragment = new(5, 0, false) };

        Assert.True(_trial.Send(whole).Passed);
        Assert.True(_trial.Send(Udp("[fd00::2]:40000", "[fd00::3]:54") with { Fragment = new(6, 0, false) }).Refused);
    }
}
