using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model.Observations;
using static Bulwark.Kernel.Tests.Harness.Make;
using static Bulwark.Kernel.Tests.Harness.PacketTrial;

namespace Bulwark.Kernel.Tests.Packets;

public sealed class IcmpErrorTests : IDisposable
{
    private static readonly Packet s_sent = Tcp("10.0.0.2:40000", "10.0.0.3:5432", Syn);

    private readonly PacketTrial _trial = new();

    public IcmpErrorTests() => _trial.Protect(Out(Database, TcpNumber, 5432), In(Database, UdpNumber, 53), Out(Database, Icmp, 8), Out(Database, Icmpv6, 128));

    public void Dispose() => _trial.Dispose();

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(11)]
    [InlineData(12)]
    public void An_error_about_a_packet_that_the_container_sent_passes(byte type)
    {
        _trial.Send(s_sent);

        Assert.True(_trial.Receive(Error("10.0.0.3", "10.0.0.2", type, s_sent)).Passed);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void So_it_does_in_IPv6(byte type)
    {
        var sent = Tcp("[fd00::2]:40000", "[fd00::3]:5432", Syn);
        _trial.Send(sent);

        Assert.True(_trial.Receive(Error("fd00::3", "fd00::2", type, sent)).Passed);
        Assert.True(_trial.Receive(Error("fd00::3", "fd00::2", type, Tcp("[fd00::2]:40001", "[fd00::3]:5432", Syn))).Dropped);
    }

    [Fact]
    public void Any_machine_on_the_way_may_send_it()
    {
        _trial.Send(s_sent);

        Assert.True(_trial.Receive(Error("203.0.113.254", "10.0.0.2", 11, s_sent)).Passed);
    }

    [Fact]
    public void An_error_about_a_packet_that_was_never_sent_is_blocked()
    {
        _trial.Send(s_sent);

        Assert.True(_trial.Receive(Error("10.0.0.3", "10.0.0.2", 3, Tcp("10.0.0.2:40001", "10.0.0.3:5432", Syn))).Dropped);

        var told = Assert.Single(_trial.Events());
        Assert.Equal((byte)VerdictReason.UnrelatedError, told.Head.Reason);
        Assert.Equal(KernelEventType.Attempt, told.Type);
    }

    [Fact]
    public void An_error_about_what_the_container_received_passes_on_its_way_back()
    {
        var received = Udp("10.0.0.3:40000", "10.0.0.2:53");
        Assert.True(_trial.Receive(received).Passed);

        Assert.True(_trial.Send(Error("10.0.0.2", "10.0.0.3", 3, received)).Passed);
        Assert.False(_trial.Send(Error("10.0.0.2", "10.0.0.3", 3, Udp("10.0.0.3:40001", "10.0.0.2:53"))).Passed);
    }

    [Fact]
    public void An_error_is_no_way_to_reach_anybody_but_the_sender_of_the_packet_in_it()
    {
        var received = Udp("10.0.0.3:40000", "10.0.0.2:53");
        _trial.Receive(received);

        Assert.False(_trial.Send(Error("10.0.0.2", "203.0.113.66", 3, received)).Passed);
    }

    [Fact]
    public void An_error_about_an_echo_passes_for_its_request_only()
    {
        var sent = IcmpOf("10.0.0.2", "10.0.0.3", 8, id: 7);
        _trial.Send(sent);

        Assert.True(_trial.Receive(Error("203.0.113.254", "10.0.0.2", 11, sent)).Passed);
        Assert.True(_trial.Receive(Error("203.0.113.254", "10.0.0.2", 11, IcmpOf("10.0.0.2", "10.0.0.3", 8, id: 8))).Dropped);
    }

    [Fact]
    public void Eight_bytes_of_the_transport_header_are_enough()
    {
        _trial.Send(s_sent);
        var error = Error("10.0.0.3", "10.0.0.2", 3, s_sent);

        Assert.True(_trial.Receive(error with { Body = error.Body[..(8 + 20 + 8)] }).Passed);
        Assert.True(_trial.Receive(error with { Body = error.Body[..(8 + 20 + 7)] }).Dropped);
        Assert.True(_trial.Receive(error with { Body = error.Body[..(8 + 19)] }).Dropped);
        Assert.True(_trial.Receive(error with { Body = error.Body[..8] }).Dropped);
    }

    [Fact]
    public void The_packet_inside_may_have_options()
    {
        var sent = s_sent with { Options = [1, 1, 1, 1, 1, 1, 1, 0] };
        Assert.True(_trial.Send(sent).Passed);

        Assert.True(_trial.Receive(Error("10.0.0.3", "10.0.0.2", 3, sent)).Passed);
    }

    [Fact]
    public void An_error_about_a_later_fragment_is_blocked()
    {
        _trial.Send(s_sent);

        Assert.True(_trial.Receive(Error("10.0.0.3", "10.0.0.2", 3, s_sent with { Fragment = new(1, 8, false) })).Dropped);
    }

    [Fact]
    public void A_packet_of_the_other_version_inside_is_no_reason_to_pass()
    {
        _trial.Send(s_sent);

        Assert.True(_trial.Receive(IcmpOf("fd00::3", "fd00::2", 1, payload: s_sent.ToIp())).Dropped);
    }
}
