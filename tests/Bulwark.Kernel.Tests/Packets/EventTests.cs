using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Maps;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using static Bulwark.Kernel.Tests.Harness.Make;
using static Bulwark.Kernel.Tests.Harness.PacketTrial;

namespace Bulwark.Kernel.Tests.Packets;

public sealed class EventTests : IDisposable
{
    private readonly PacketTrial _trial = new();

    public void Dispose() => _trial.Dispose();

    [Fact]
    public void Equal_attempts_are_told_once_a_second_with_their_number()
    {
        _trial.Protect();
        for (var i = 0; i < 5; i++)
            _trial.Send(Tcp($"10.0.0.2:{40000 + i}", "10.0.0.3:80", Syn));
        Assert.Equal(1ul, Assert.Single(_trial.Events()).Head.Attempts);

        _trial.Pass(TimeSpan.FromSeconds(2));
        _trial.Send(Tcp("10.0.0.2:50000", "10.0.0.3:80", Syn));

        Assert.Equal(5ul, Assert.Single(_trial.Events()).Head.Attempts);
    }

    [Fact]
    public void Different_attempts_are_told_each()
    {
        _trial.Protect();
        _trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Syn));
        _trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:81", Syn));
        _trial.Send(Tcp("10.0.0.2:40000", "10.0.0.1:80", Syn));
        _trial.Send(Udp("10.0.0.2:40000", "10.0.0.3:80"));
        _trial.Receive(Tcp("10.0.0.3:40000", "10.0.0.2:80", Syn));

        Assert.Equal(5, _trial.Events().Count);
    }

    [Fact]
    public void An_attempt_says_who_whom_and_what()
    {
        _trial.Protect();
        _trial.Kernel.Sockets.Set(
            new() { Netns = Namespace, Remote = MappedAddress.From(System.Net.IPAddress.Parse("203.0.113.9")), Port = 443, Transport = TcpNumber },
            new() { Executable = 17, Process = 4242 });
        _trial.Send(Tcp("10.0.0.2:40000", "203.0.113.9:443", Syn));

        var head = Assert.Single(_trial.Events()).Head;
        Assert.Equal(KernelEventType.Attempt, head.Type);
        Assert.Equal((Web.Value, WebNumber, Interface), (head.Workload, head.Container, head.Interface));
        Assert.Equal((Identity.World.Value, "203.0.113.9"), (head.Peer, head.Address.ToString()));
        Assert.Equal((443, 40000, TcpNumber), (head.ServerPort, head.ClientPort, head.Transport));
        Assert.Equal(((byte)Direction.Out, (byte)Verdict.Blocked), (head.Direction, head.Verdict));
        Assert.Equal((17u, 4242u), (head.Executable, head.Process));
    }

    [Fact]
    public void A_flood_of_different_attempts_is_told_up_to_a_bound_and_the_rest_is_counted()
    {
        _trial.Protect();
        for (var port = 1; port <= 6000; port++)
            _trial.Send(Tcp("10.0.0.2:40000", $"10.0.0.3:{port}", Syn));

        var told = _trial.Events().Count;
        Assert.InRange(told, 1000, 5000);
        Assert.Equal(6000ul, (ulong)told + _trial.Count(Counter.SuppressedAttempts));
        Assert.Equal(6000ul, _trial.Count(Counter.Blocked));
    }

    [Fact]
    public void The_first_payload_of_each_side_is_told()
    {
        _trial.Learn();
        Connect(40000);
        Send(40000, "GET / HTTP/1.1");
        Send(40000, "more");
        Receive(40000, "HTTP/1.1 200 OK");
        Receive(40000, "more");

        var payloads = _trial.Events().Where(e => e.Type == KernelEventType.Payload).ToList();
        Assert.Equal([("GET / HTTP/1.1", true), ("HTTP/1.1 200 OK", false)], payloads.Select(p => (p.Payload, p.FromClient)));
        Assert.All(payloads, p => Assert.Equal((80, Database.Value), (p.Head.ServerPort, p.Head.Peer)));
    }

    [Fact]
    public void Payloads_are_cut_and_without_the_padding_of_the_frame()
    {
        _trial.Learn();
        Connect(40000);
        _trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Ack, "x") with { Padding = 5 });
        Receive(40000, new string('y', 600));

        Assert.Equal(["x", new string('y', 512)], _trial.Events().Where(e => e.Type == KernelEventType.Payload).Select(p => p.Payload));
    }

    [Fact]
    public void The_first_answer_of_UDP_is_a_payload_told_once()
    {
        _trial.Learn();
        _trial.Send(Udp("10.0.0.2:40000", "10.0.0.3:9", "question"));
        _trial.Receive(Udp("10.0.0.3:9", "10.0.0.2:40000", "first"));
        _trial.Receive(Udp("10.0.0.3:9", "10.0.0.2:40000", "second"));

        Assert.Equal(["first"], _trial.Events().Where(e => e.Type == KernelEventType.Payload).Select(p => p.Payload));
    }

    [Fact]
    public void Only_the_first_connections_of_a_conversation_tell_payloads()
    {
        const int PerCore = 4;
        _trial.Learn();
        for (var port = 40000; port < 40100; port++)
        {
            Connect(port);
            Send(port, "request");
            Receive(port, "reply");
        }

        var payloads = _trial.Events().Where(e => e.Type == KernelEventType.Payload).ToList();
        Assert.InRange(payloads.Count(p => p.FromClient), PerCore, PerCore * Environment.ProcessorCount);
        Assert.InRange(payloads.Count(p => !p.FromClient), PerCore, PerCore * Environment.ProcessorCount);
    }

    [Fact]
    public void The_traffic_of_a_conversation_is_counted_once_it_is_established()
    {
        _trial.Protect(Out(Database, TcpNumber, 80));
        Connect(40000);
        Send(40000, new string('x', 100));
        Send(40000, new string('x', 10));
        Receive(40000, new string('x', 1000));
        Connect(40001);

        var (key, sum) = Assert.Single(Traffic());
        Assert.Equal(
            new TrafficKey { Workload = Web.Value, Peer = Database.Value, Port = 80, Transport = TcpNumber, Direction = (byte)Direction.Out }, key);
        // with what the opener sent before, two SYNs
        Assert.Equal(2 * 40ul + 40 + 140 + 50 + 40, sum.BytesOut);
        Assert.Equal(1040ul, sum.BytesIn);
    }

    [Fact]
    public void Traffic_that_is_blocked_or_would_be_is_not_counted_as_traffic()
    {
        _trial.Audit();
        Connect(40000);
        Send(40000, "x");
        _trial.Protect();
        Send(40000, "x");

        Assert.Empty(Traffic());
    }

    [Fact]
    public void Every_packet_is_counted()
    {
        _trial.Protect();
        _trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Syn));
        _trial.Receive(Tcp("10.0.0.3:80", "10.0.0.2:40000", Syn));

        Assert.Equal(2ul, _trial.Count(Counter.Packets));
        Assert.Equal(2ul, _trial.Count(Counter.Blocked));
        Assert.Equal(1ul, _trial.Count(Counter.Rejected));
    }

    private void Connect(int port)
    {
        _trial.Send(Tcp($"10.0.0.2:{port}", "10.0.0.3:80", Syn));
        _trial.Receive(Tcp("10.0.0.3:80", $"10.0.0.2:{port}", Syn | Ack));
        _trial.Send(Tcp($"10.0.0.2:{port}", "10.0.0.3:80", Ack));
    }

    private void Send(int port, string payload) => _trial.Send(Tcp($"10.0.0.2:{port}", "10.0.0.3:80", Ack, payload));

    private void Receive(int port, string payload) => _trial.Receive(Tcp("10.0.0.3:80", $"10.0.0.2:{port}", Ack, payload));

    private List<(TrafficKey Key, Traffic Sum)> Traffic()
    {
        var found = new List<(TrafficKey, Traffic)>();
        _trial.Kernel.OpenTraffic().ReadAll((in TrafficKey key, PerCpuMap<TrafficKey, Traffic>.PerCpuValues values) =>
        {
            var sum = new Traffic();
            for (var cpu = 0; cpu < values.Count; cpu++)
            {
                sum.BytesOut += values[cpu].BytesOut;
                sum.BytesIn += values[cpu].BytesIn;
            }
            found.Add((key, sum));
        });
        return found;
    }
}
