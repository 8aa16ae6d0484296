using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using static Bulwark.Kernel.Tests.Harness.Make;
using static Bulwark.Kernel.Tests.Harness.PacketTrial;

namespace Bulwark.Kernel.Tests.Packets;

public sealed class TcpTests : IDisposable
{
    private const string Client = "10.0.0.2:40000";
    private const string Server = "10.0.0.3:5432";

    private readonly PacketTrial _trial = new();

    public void Dispose() => _trial.Dispose();

    [Fact]
    public void A_handshake_is_told_once_when_it_is_complete()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));

        Assert.True(FromClient(Syn).Passed);
        Assert.True(FromServer(Syn | Ack).Passed);
        Assert.Empty(_trial.Events());
        Assert.True(FromClient(Ack).Passed);

        var told = Assert.Single(_trial.Events());
        Assert.Equal(KernelEventType.Connection, told.Type);
        Assert.Equal((byte)Direction.Out, told.Head.Direction);
        Assert.Equal(Web.Value, told.Head.Workload);
        Assert.Equal(Database.Value, told.Head.Peer);
        Assert.Equal(WebNumber, told.Head.Container);
        Assert.Equal(Interface, told.Head.Interface);
        Assert.Equal("10.0.0.3", told.Head.Address.ToString());
        Assert.Equal((5432, 40000), (told.Head.ServerPort, told.Head.ClientPort));
        Assert.Equal(TcpNumber, told.Head.Transport);
        Assert.Equal(1ul, told.Head.Attempts);

        Assert.True(FromClient(Ack, "query").Passed);
        Assert.True(FromServer(Ack, "rows").Passed);
        Assert.DoesNotContain(_trial.Events(), e => e.Type == KernelEventType.Connection);
    }

    [Fact]
    public void A_handshake_that_a_peer_opens_is_told_as_coming_in()
    {
        _trial.Protect(In(Database, TcpNumber, 80));

        Assert.True(_trial.Receive(Tcp("10.0.0.3:40000", "10.0.0.2:80", Syn)).Passed);
        Assert.True(_trial.Send(Tcp("10.0.0.2:80", "10.0.0.3:40000", Syn | Ack)).Passed);
        Assert.True(_trial.Receive(Tcp("10.0.0.3:40000", "10.0.0.2:80", Ack)).Passed);

        var told = Assert.Single(_trial.Events());
        Assert.Equal((byte)Direction.In, told.Head.Direction);
        Assert.Equal((80, 40000), (told.Head.ServerPort, told.Head.ClientPort));
    }

    [Fact]
    public void Half_a_handshake_is_not_told()
    {
        _trial.Learn();

        FromClient(Syn);
        FromClient(Syn);
        FromServer(Rst | Ack);
        FromClient(Syn);
        FromServer(Syn | Ack);
        FromClient(Rst);

        Assert.Empty(_trial.Events());
    }

    [Fact]
    public void A_SYN_from_the_other_side_on_the_same_ports_is_never_a_reply()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));
        FromClient(Syn);

        Assert.True(FromServer(Syn).Dropped);
        Connect();
        Assert.True(FromServer(Syn).Dropped);
        Assert.True(FromServer(Ack, "rows").Passed);
    }

    [Theory]
    [InlineData(Rst, 0)]
    [InlineData(Rst, Ack)]
    [InlineData(Fin, Fin)]
    public void After_its_end_a_new_connection_on_the_same_ports_is_told_again(byte last, byte answer)
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));
        Connect();
        _trial.Events();

        FromClient((byte)(last | Ack));
        if (answer != 0)
            FromServer((byte)(answer | Ack));
        Connect();

        Assert.Single(_trial.Events(), e => e.Type == KernelEventType.Connection);
    }

    [Fact]
    public void After_the_end_the_other_side_may_open_if_that_is_allowed_too()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432), In(Database, TcpNumber, 40000));
        Connect();
        FromClient(Rst);
        _trial.Events();

        Assert.True(FromServer(Syn).Passed);
        Assert.True(FromClient(Syn | Ack).Passed);
        Assert.True(FromServer(Ack).Passed);

        var told = Assert.Single(_trial.Events());
        Assert.Equal((byte)Direction.In, told.Head.Direction);
        Assert.Equal(40000, told.Head.ServerPort);
    }

    [Fact]
    public void A_FIN_of_one_side_leaves_the_connection_open()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));
        Connect();

        Assert.True(FromClient(Fin | Ack).Passed);
        Assert.True(FromServer(Ack, "the rest").Passed);
        Assert.True(FromServer(Fin | Ack).Passed);
        Assert.True(FromClient(Ack).Passed);
    }

    [Fact]
    public void Its_end_passes_after_the_permission_is_withdrawn_no_more_than_the_rest()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));
        Connect();
        _trial.Protect();

        Assert.False(FromClient(Ack, "more").Passed);
        Assert.False(FromServer(Ack, "rows").Passed);
    }

    [Fact]
    public void A_reply_passes_after_the_policy_changed_if_the_new_one_allows_it_too()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));
        Connect();
        _trial.Protect(Out(Database, TcpNumber, 5432), Out(Database, TcpNumber, 80));

        Assert.True(FromServer(Ack, "rows").Passed);
        Assert.True(FromClient(Ack, "more").Passed);
    }

    [Fact]
    public void A_connection_goes_on_when_the_permission_comes_back()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));
        Connect();
        _trial.Protect();
        Assert.False(FromClient(Ack, "more").Passed);
        _trial.Protect(Out(Database, TcpNumber, 5432));

        Assert.True(FromClient(Ack, "more").Passed);
    }

    [Fact]
    public void One_that_was_open_before_it_was_watched_passes_as_a_client_if_allowed()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));

        Assert.True(FromClient(Ack, "query").Passed);
        Assert.True(FromServer(Ack, "rows").Passed);
        Assert.Equal((byte)Direction.Out, Assert.Single(_trial.Events(), e => e.Type == KernelEventType.Connection).Head.Direction);
        Assert.Equal(1ul, _trial.Count(Counter.Midstream));
    }

    [Fact]
    public void One_that_was_open_before_it_was_watched_passes_as_a_server_if_allowed()
    {
        _trial.Protect(In(Database, TcpNumber, 80));

        Assert.True(_trial.Send(Tcp("10.0.0.2:80", "10.0.0.3:40000", Ack, "page")).Passed);
        Assert.True(_trial.Receive(Tcp("10.0.0.3:40000", "10.0.0.2:80", Ack)).Passed);

        var told = Assert.Single(_trial.Events(), e => e.Type == KernelEventType.Connection);
        Assert.Equal((byte)Direction.In, told.Head.Direction);
        Assert.Equal((80, 40000), (told.Head.ServerPort, told.Head.ClientPort));
    }

    [Fact]
    public void A_container_that_nobody_answers_establishes_nothing()
    {
        _trial.Learn();
        _trial.Kernel.Sockets.Set(new() { Netns = Namespace, Port = 80, Transport = TcpNumber, Bound = 1 }, default);

        _trial.Send(Tcp("10.0.0.2:80", "10.0.0.3:40000", Ack, "page"));
        _trial.Send(Tcp("10.0.0.2:80", "10.0.0.3:40000", Ack, "page"));

        Assert.Empty(_trial.Events());
    }

    [Fact]
    public void In_learn_the_side_with_a_bound_port_is_the_server_of_one_that_was_open_before()
    {
        _trial.Learn();
        _trial.Kernel.Sockets.Set(new() { Netns = Namespace, Port = 80, Transport = TcpNumber, Bound = 1 }, new() { Executable = 3, Process = 44 });

        _trial.Send(Tcp("10.0.0.2:80", "10.0.0.3:40000", Ack, "page"));
        _trial.Receive(Tcp("10.0.0.3:40000", "10.0.0.2:80", Ack));

        var told = Assert.Single(_trial.Events(), e => e.Type == KernelEventType.Connection);
        Assert.Equal((byte)Direction.In, told.Head.Direction);
        Assert.Equal((80, 3u, 44u), (told.Head.ServerPort, told.Head.Executable, told.Head.Process));
    }

    [Fact]
    public void One_that_was_open_before_it_was_watched_is_blocked_if_no_orientation_is_allowed()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));

        Assert.False(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Ack, "x")).Passed);
        Assert.False(_trial.Receive(Tcp("10.0.0.3:80", "10.0.0.2:40000", Ack, "x")).Passed);
    }

    [Fact]
    public void An_established_connection_outlives_hours_of_silence()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));
        Connect();
        _trial.Events();
        _trial.Pass(TimeSpan.FromHours(5));

        Assert.True(FromServer(Ack, "rows").Passed);
        Assert.True(FromClient(Ack).Passed);
        Assert.Equal(0ul, _trial.Count(Counter.Midstream));
    }

    [Fact]
    public void An_opening_that_nobody_answered_for_a_minute_is_forgotten()
    {
        _trial.Learn();
        FromClient(Syn);
        _trial.Pass(TimeSpan.FromSeconds(61));
        FromServer(Syn | Ack);

        Assert.Equal(1ul, _trial.Count(Counter.Midstream));
    }

    [Fact]
    public void A_connection_that_another_core_saw_a_moment_later_is_still_known()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));
        Connect();
        _trial.Events();
        _trial.Pass(TimeSpan.FromMilliseconds(-20));

        Assert.True(FromServer(Ack, "rows").Passed);
        Assert.Equal(0ul, _trial.Count(Counter.Midstream));
    }

    [Fact]
    public void Data_before_the_handshake_is_complete_passes_untold()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));

        Assert.True(_trial.Send(Tcp(Client, Server, Syn, "early data")).Passed);
        Assert.Empty(_trial.Events());
    }

    [Fact]
    public void Both_addresses_families_have_their_own_connections()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));
        Connect();

        Assert.True(_trial.Receive(Tcp("[fd00::3]:5432", "[fd00::2]:40000", Syn)).Dropped);
    }

    private Outcome FromClient(byte flags, string payload = "") => _trial.Send(Tcp(Client, Server, flags, payload));

    private Outcome FromServer(byte flags, string payload = "") => _trial.Receive(Tcp(Server, Client, flags, payload));

    private void Connect()
    {
        Assert.True(FromClient(Syn).Passed);
        Assert.True(FromServer(Syn | Ack).Passed);
        Assert.True(FromClient(Ack).Passed);
    }
}
