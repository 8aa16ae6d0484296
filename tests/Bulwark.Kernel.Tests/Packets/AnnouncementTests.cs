using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model.Enforcement;
using static Bulwark.Kernel.Tests.Harness.Make;
using static Bulwark.Kernel.Tests.Harness.PacketTrial;

namespace Bulwark.Kernel.Tests.Packets;

/// <summary>FTP's passive mode: the server announces a port of its own, and the client may use it, once.</summary>
public sealed class AnnouncementTests : IDisposable
{
    private const string Client = "10.0.0.2:40000";
    private const string Server = "10.0.0.3:21";
    private const string Data = "10.0.0.3:30000";
    private const string Passive = "227 Entering Passive Mode (10,0,0,3,117,48).\r\n";

    private static readonly PolicyEntry s_control = Out(Database, TcpNumber, 21);

    private readonly PacketTrial _trial = new();

    public void Dispose() => _trial.Dispose();

    [Theory]
    [InlineData(Passive, 30000)]
    [InlineData("227 Entering Passive Mode (10,0,0,3,4,0)\r\n", 1024)]
    [InlineData("227 =10,0,0,3,255,254\r\n", 65534)]
    [InlineData("227 Entering Passive Mode (192,168,100,200,117,48).\r\n", 30000)]
    [InlineData("229 Entering Extended Passive Mode (|||30000|)\r\n", 30000)]
    [InlineData("229 ok (|||6446|)\r\n", 6446)]
    public void An_announced_port_of_the_server_is_allowed(string reply, int port)
    {
        Connected();

        Answer(reply);

        Assert.True(Open(port).Passed);
        Assert.False(Open(port + 1).Passed);
    }

    [Theory]
    [InlineData("227 Entering Passive Mode (10,0,0,3,3,255).\r\n", 1023)]
    [InlineData("227 Entering Passive Mode (10,0,0,3,256,48).\r\n", 48)]
    [InlineData("227 Entering Passive Mode (10,0,0,117,48).\r\n", 30000)]
    [InlineData("227 Entering Passive Mode (10,0,0,3,117,0480).\r\n", 30000)]
    [InlineData("227 Entering Passive Mode (10,0,0,3,0117,48).\r\n", 30000)]
    [InlineData("227-Entering Passive Mode (10,0,0,3,117,48).\r\n", 30000)]
    [InlineData("200 Entering Passive Mode (10,0,0,3,117,48).\r\n", 30000)]
    [InlineData(" 227 Entering Passive Mode (10,0,0,3,117,48).\r\n", 30000)]
    [InlineData("227 Entering Passive Mode (10,0,0,3,117,", 30000)]
    [InlineData("229 Entering Extended Passive Mode (||30000|)\r\n", 30000)]
    [InlineData("229 Entering Extended Passive Mode (|||22|)\r\n", 22)]
    [InlineData("229 Entering Extended Passive Mode (|||99999|)\r\n", 99999 - 65536)]
    [InlineData("229 Entering Extended Passive Mode (|||300000|)\r\n", 30000)]
    public void What_is_no_announcement_allows_nothing(string reply, int port)
    {
        Connected();

        Answer(reply);

        Assert.False(Open(port).Passed);
    }

    [Fact]
    public void It_is_allowed_once_and_while_the_connection_is_used()
    {
        Connected();
        Answer(Passive);

        Establish("10.0.0.2:50000", Data);

        Assert.True(_trial.Receive(Tcp(Data, "10.0.0.2:50000", Ack, "a file")).Passed);
        Assert.True(_trial.Receive(Tcp(Data, "10.0.0.2:50000", Ack, "and more")).Passed);
        Assert.True(_trial.Send(Tcp("10.0.0.2:50001", Data, Syn)).Refused);
        Answer(Passive);
        Assert.True(_trial.Send(Tcp("10.0.0.2:50001", Data, Syn)).Passed);
    }

    [Fact]
    public void It_is_allowed_for_a_minute()
    {
        Connected();
        Answer(Passive);

        _trial.Pass(TimeSpan.FromSeconds(61));

        Assert.False(Open(30000).Passed);
    }

    [Fact]
    public void Only_the_client_to_whom_it_was_announced_may_and_only_there()
    {
        Connected();
        Answer(Passive);

        Assert.False(_trial.Send(Tcp("10.0.0.2:50000", "10.0.0.1:30000", Syn)).Passed);
        Assert.False(_trial.Send(Udp("10.0.0.2:50000", Data)).Passed);
        Assert.False(_trial.Receive(Tcp("10.0.0.3:50000", "10.0.0.2:30000", Syn)).Passed);
    }

    [Fact]
    public void A_client_announces_nothing()
    {
        Connected();

        _trial.Send(Tcp(Client, Server, Ack, Passive));

        Assert.False(Open(30000).Passed);
        Assert.False(_trial.Receive(Tcp("10.0.0.3:50000", "10.0.0.2:30000", Syn)).Passed);
    }

    [Fact]
    public void On_a_conversation_that_is_not_known_as_FTP_nothing_is_announced()
    {
        _trial.Protect(s_control, Out(Database, TcpNumber, 2121)).Announcing(Out(Database, TcpNumber, 2121));
        Establish(Client, Server);

        Answer("220 ready\r\n");
        Answer(Passive);

        Assert.False(Open(30000).Passed);
    }

    [Theory]
    [InlineData("220 ready\r\n", true)]
    [InlineData("HTTP/1.1 200 OK\r\n", false)]
    public void On_another_port_the_server_must_have_greeted(string greeting, bool allowed)
    {
        _trial.Protect(Out(Database, TcpNumber, 2121)).Announcing(Out(Database, TcpNumber, 2121));
        Establish(Client, "10.0.0.3:2121");
        _trial.Receive(Tcp("10.0.0.3:2121", Client, Ack, greeting));

        _trial.Receive(Tcp("10.0.0.3:2121", Client, Ack, Passive));

        Assert.Equal(allowed, Open(30000).Passed);
    }

    [Fact]
    public void It_is_read_on_later_connections_too_whose_greeting_nobody_looks_at()
    {
        _trial.Protect(Out(Database, TcpNumber, 2121)).Announcing(Out(Database, TcpNumber, 2121));
        for (var i = 0; i < 6 * Environment.ProcessorCount; i++)
        {
            var client = $"10.0.0.2:{41000 + i}";
            Establish(client, "10.0.0.3:2121");
            _trial.Receive(Tcp("10.0.0.3:2121", client, Ack, "220 ready\r\n"));
            _trial.Receive(Tcp("10.0.0.3:2121", client, Ack, Passive));
            Assert.True(Open(30000).Passed, client);
        }
    }

    [Fact]
    public void On_the_port_of_FTP_it_need_not_have_been_watched_from_the_start()
    {
        _trial.Protect(s_control).Announcing(s_control);
        Assert.True(_trial.Send(Tcp(Client, Server, Ack, "EPSV\r\n")).Passed);
        Assert.True(_trial.Receive(Tcp(Server, Client, Ack)).Passed);

        Answer(Passive);

        Assert.True(Open(30000).Passed);
    }

    [Fact]
    public void The_servers_end_lets_the_client_in()
    {
        var control = In(Database, TcpNumber, 21);
        _trial.Protect(control).Announcing(control);
        _trial.Receive(Tcp("[fd00::3]:40000", "[fd00::2]:21", Syn));
        _trial.Send(Tcp("[fd00::2]:21", "[fd00::3]:40000", Syn | Ack));
        _trial.Receive(Tcp("[fd00::3]:40000", "[fd00::2]:21", Ack));

        Assert.False(_trial.Receive(Tcp("[fd00::3]:50000", "[fd00::2]:30000", Syn)).Passed);
        _trial.Send(Tcp("[fd00::2]:21", "[fd00::3]:40000", Ack, "229 Entering Extended Passive Mode (|||30000|)\r\n"));

        Assert.True(_trial.Receive(Tcp("[fd00::3]:50000", "[fd00::2]:30000", Syn)).Passed);
    }

    [Fact]
    public void When_FTP_is_withdrawn_so_is_the_data_connection()
    {
        Connected();
        Answer(Passive);
        Establish("10.0.0.2:50000", Data);

        Connected(); // a new policy, with the same
        Assert.True(_trial.Send(Tcp("10.0.0.2:50000", Data, Ack)).Passed);
        _trial.Protect();

        Assert.False(_trial.Send(Tcp("10.0.0.2:50000", Data, Ack)).Passed);
    }

    [Fact]
    public void It_is_told_of_with_the_port_on_which_it_was_announced_and_counted_there()
    {
        _trial.Learn();
        Establish(Client, Server);
        Answer("220 ready\r\n");
        Answer(Passive);
        _trial.Events();

        Establish("10.0.0.2:50000", Data);
        _trial.Receive(Tcp(Data, "10.0.0.2:50000", Ack, "HTTP/1.1 200 OK\r\n"));

        var told = Assert.Single(_trial.Events());
        Assert.Equal((KernelEventType.Connection, 30000, 21), (told.Type, told.Head.ServerPort, told.Head.AnnouncedBy));
        Assert.Equal([21], _trial.Kernel.Map<TrafficKey, Traffic>("traffic").Keys().Select(key => (int)key.Port));
    }

    private void Connected()
    {
        _trial.Protect(s_control).Announcing(s_control);
        Establish(Client, Server);
    }

    private void Establish(string client, string server)
    {
        Assert.True(_trial.Send(Tcp(client, server, Syn)).Passed);
        Assert.True(_trial.Receive(Tcp(server, client, Syn | Ack)).Passed);
        Assert.True(_trial.Send(Tcp(client, server, Ack)).Passed);
    }

    private void Answer(string reply) => Assert.True(_trial.Receive(Tcp(Server, Client, Ack, reply)).Passed);

    private Outcome Open(int port) => _trial.Send(Tcp("10.0.0.2:50000", $"10.0.0.3:{port}", Syn));
}
