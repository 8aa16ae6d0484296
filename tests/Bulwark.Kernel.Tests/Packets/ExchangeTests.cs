using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using static Bulwark.Kernel.Tests.Harness.Make;
using static Bulwark.Kernel.Tests.Harness.PacketTrial;

namespace Bulwark.Kernel.Tests.Packets;

public sealed class ExchangeTests : IDisposable
{
    private readonly PacketTrial _trial = new();

    public void Dispose() => _trial.Dispose();

    [Fact]
    public void An_answer_of_UDP_passes_and_the_exchange_is_told_once()
    {
        _trial.Protect(Out(Database, UdpNumber, 53));

        Assert.True(_trial.Send(Udp("10.0.0.2:40000", "10.0.0.3:53", "question")).Passed);
        Assert.Empty(_trial.Events());
        Assert.True(_trial.Receive(Udp("10.0.0.3:53", "10.0.0.2:40000", "answer")).Passed);
        Assert.True(_trial.Receive(Udp("10.0.0.3:53", "10.0.0.2:40000", "answer")).Passed);

        var told = Assert.Single(_trial.Events(), e => e.Type == KernelEventType.Connection);
        Assert.Equal((byte)Direction.Out, told.Head.Direction);
        Assert.Equal((53, 40000), (told.Head.ServerPort, told.Head.ClientPort));
    }

    [Fact]
    public void An_exchange_that_was_open_before_it_was_watched_has_the_direction_that_it_was_opened_in()
    {
        _trial.Protect(Out(Database, UdpNumber, 53));
        Assert.True(_trial.Kernel.Connections.TryAdd(Key(UdpNumber, 40000, 53), Direction.Out));

        Assert.True(_trial.Receive(Udp("10.0.0.3:53", "10.0.0.2:40000", "answer")).Passed);

        var told = Assert.Single(_trial.Events(), e => e.Type == KernelEventType.Connection);
        Assert.Equal((byte)Direction.Out, told.Head.Direction);
        Assert.Equal((53, 40000), (told.Head.ServerPort, told.Head.ClientPort));
    }

    [Fact]
    public void An_exchange_that_was_open_before_is_judged_all_the_same()
    {
        _trial.Protect(Out(Database, UdpNumber, 54));
        _trial.Kernel.Connections.TryAdd(Key(UdpNumber, 40000, 53), Direction.Out);

        Assert.True(_trial.Receive(Udp("10.0.0.3:53", "10.0.0.2:40000", "answer")).Dropped);
    }

    [Fact]
    public void TCP_that_was_open_before_without_a_port_that_listens_has_its_direction_too()
    {
        _trial.Protect(In(Database, TcpNumber, 20000));
        _trial.Kernel.Connections.TryAdd(Key(TcpNumber, 20000, 40000), Direction.In);

        Assert.True(_trial.Send(Tcp("10.0.0.2:20000", "10.0.0.3:40000", Ack, "data")).Passed);
        Assert.True(_trial.Receive(Tcp("10.0.0.3:40000", "10.0.0.2:20000", Ack)).Passed);

        var told = Assert.Single(_trial.Events(), e => e.Type == KernelEventType.Connection);
        Assert.Equal((byte)Direction.In, told.Head.Direction);
        Assert.Equal((20000, 40000), (told.Head.ServerPort, told.Head.ClientPort));
    }

    [Fact]
    public void What_is_known_already_is_left_as_it_is()
    {
        _trial.Protect(Out(Database, UdpNumber, 53));
        _trial.Send(Udp("10.0.0.2:40000", "10.0.0.3:53", "question"));
        Assert.False(_trial.Kernel.Connections.TryAdd(Key(UdpNumber, 40000, 53), Direction.In));
        _trial.Receive(Udp("10.0.0.3:53", "10.0.0.2:40000", "answer"));
        Assert.False(_trial.Kernel.Connections.TryAdd(Key(UdpNumber, 40000, 53), Direction.In));
    }

    [Fact]
    public void A_datagram_that_answers_nothing_is_blocked()
    {
        _trial.Protect(Out(Database, UdpNumber, 53));
        _trial.Send(Udp("10.0.0.2:40000", "10.0.0.3:53"));

        Assert.True(_trial.Receive(Udp("10.0.0.3:53", "10.0.0.2:40001")).Dropped);
        Assert.True(_trial.Receive(Udp("10.0.0.3:54", "10.0.0.2:40000")).Dropped);
        Assert.True(_trial.Receive(Udp("10.0.0.1:53", "10.0.0.2:40000")).Dropped);
    }

    [Fact]
    public void An_answer_that_comes_too_late_is_blocked()
    {
        _trial.Protect(Out(Database, UdpNumber, 53));
        _trial.Send(Udp("10.0.0.2:40000", "10.0.0.3:53"));
        _trial.Pass(TimeSpan.FromSeconds(61));

        Assert.True(_trial.Receive(Udp("10.0.0.3:53", "10.0.0.2:40000")).Dropped);
    }

    [Fact]
    public void An_answer_passes_that_another_core_takes_with_a_clock_a_moment_behind()
    {
        _trial.Protect(Out(Database, UdpNumber, 53));
        _trial.Send(Udp("10.0.0.2:40000", "10.0.0.3:53"));
        _trial.Pass(TimeSpan.FromMilliseconds(-20));

        Assert.True(_trial.Receive(Udp("10.0.0.3:53", "10.0.0.2:40000")).Passed);
        _trial.Pass(TimeSpan.FromMilliseconds(-20));
        Assert.True(_trial.Receive(Udp("10.0.0.3:53", "10.0.0.2:40000")).Passed);
    }

    [Fact]
    public void SCTP_and_protocols_without_ports_are_exchanges_too()
    {
        _trial.Protect(Out(Database, SctpNumber, 3868), Out(Database, 47, 0));

        Assert.True(_trial.Receive(Sctp("10.0.0.3:3868", "10.0.0.2:40000")).Dropped);
        Assert.True(_trial.Send(Sctp("10.0.0.2:40000", "10.0.0.3:3868")).Passed);
        Assert.True(_trial.Receive(Sctp("10.0.0.3:3868", "10.0.0.2:40000")).Passed);
        Assert.True(_trial.Receive(Other("10.0.0.3", "10.0.0.2", 47)).Dropped);
        Assert.True(_trial.Send(Other("10.0.0.2", "10.0.0.3", 47)).Passed);
        Assert.True(_trial.Receive(Other("10.0.0.3", "10.0.0.2", 47)).Passed);
    }

    [Theory]
    [InlineData("10.0.0.2", "10.0.0.3", Icmp, 8, 0)]
    [InlineData("10.0.0.2", "10.0.0.3", Icmp, 13, 14)]
    [InlineData("10.0.0.2", "10.0.0.3", Icmp, 17, 18)]
    [InlineData("fd00::2", "fd00::3", Icmpv6, 128, 129)]
    public void A_reply_of_ICMP_passes_for_a_request_with_its_identifier(string own, string peer, byte transport, byte request, byte reply)
    {
        _trial.Protect(Out(Database, transport, request));

        Assert.True(_trial.Receive(IcmpOf(peer, own, reply, id: 7)).Dropped);
        Assert.True(_trial.Send(IcmpOf(own, peer, request, id: 7)).Passed);
        Assert.True(_trial.Receive(IcmpOf(peer, own, reply, id: 8)).Dropped);
        Assert.True(_trial.Receive(IcmpOf(peer, own, reply, id: 7)).Passed);

        var told = Assert.Single(_trial.Events(), e => e.Type == KernelEventType.Connection);
        Assert.Equal((request, (byte)Direction.Out), ((byte)told.Head.ServerPort, told.Head.Direction));
    }

    [Theory]
    [InlineData("10.0.0.2", "10.0.0.3", Icmp, 8, 0)]
    [InlineData("fd00::2", "fd00::3", Icmpv6, 128, 129)]
    public void A_request_of_ICMP_is_never_a_reply(string own, string peer, byte transport, byte request, byte reply)
    {
        _trial.Protect(Out(Database, transport, request));
        _trial.Send(IcmpOf(own, peer, request, id: 7));
        Assert.True(_trial.Receive(IcmpOf(peer, own, request, id: 7)).Dropped);
        _trial.Receive(IcmpOf(peer, own, reply, id: 7));

        Assert.True(_trial.Receive(IcmpOf(peer, own, request, id: 7)).Dropped);
        Assert.True(_trial.Send(IcmpOf(own, peer, request, id: 7)).Passed);
    }

    [Fact]
    public void Other_types_of_ICMP_do_not_pass_beside_an_allowed_request()
    {
        _trial.Protect(Out(Database, Icmp, 8));
        _trial.Send(IcmpOf("10.0.0.2", "10.0.0.3", 8, id: 7));
        _trial.Receive(IcmpOf("10.0.0.3", "10.0.0.2", 0, id: 7));

        Assert.False(_trial.Send(IcmpOf("10.0.0.2", "10.0.0.3", 13, id: 7)).Passed);
        Assert.False(_trial.Send(IcmpOf("10.0.0.2", "10.0.0.3", 0, id: 7)).Passed);
        Assert.False(_trial.Receive(IcmpOf("10.0.0.3", "10.0.0.2", 14, id: 7)).Passed);
    }

    [Fact]
    public void Both_sides_may_ping_with_the_same_identifier_at_once()
    {
        _trial.Protect(Out(Database, Icmp, 8), In(Database, Icmp, 8));

        Assert.True(_trial.Send(IcmpOf("10.0.0.2", "10.0.0.3", 8, id: 7)).Passed);
        Assert.True(_trial.Receive(IcmpOf("10.0.0.3", "10.0.0.2", 8, id: 7)).Passed);
        Assert.True(_trial.Receive(IcmpOf("10.0.0.3", "10.0.0.2", 0, id: 7)).Passed);
        Assert.True(_trial.Send(IcmpOf("10.0.0.2", "10.0.0.3", 0, id: 7)).Passed);

        Assert.Equal([0, 1], _trial.Events().Where(e => e.Type == KernelEventType.Connection).Select(e => (int)e.Head.Direction).Order());
    }

    private static ConnectionKey Key(byte transport, ushort local, ushort remote) => new()
    {
        Local = MappedAddress.From(System.Net.IPAddress.Parse("10.0.0.2")),
        Remote = MappedAddress.From(System.Net.IPAddress.Parse("10.0.0.3")),
        Interface = Interface,
        LocalPort = local,
        RemotePort = remote,
        Transport = transport,
    };
}
