using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Maps;
using Bulwark.Kernel.Tests.Harness;
using static Bulwark.Kernel.Tests.Harness.Make;
using static Bulwark.Kernel.Tests.Harness.PacketTrial;

namespace Bulwark.Kernel.Tests.Packets;

/// <summary>The next packets of connections that are known: they pass by what is known of the connection alone.</summary>
public sealed class KnownTests : IDisposable
{
    private const string Client = "10.0.0.2:40000";
    private const string Server = "10.0.0.3:5432";

    private readonly PacketTrial _trial = new();

    public void Dispose() => _trial.Dispose();

    [Theory]
    [InlineData("10.0.0.2", "10.0.0.3")]
    [InlineData("[fd00::2]", "[fd00::3]")]
    public void Every_packet_of_a_known_connection_is_counted(string client, string server)
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));
        Open(client + ":40000", server + ":5432");
        var (sent, received) = Bytes();
        var packets = _trial.Count(Counter.Packets);

        for (var i = 0; i < 3; i++)
        {
            Assert.True(_trial.Send(Tcp(client + ":40000", server + ":5432", Ack, "query")).Passed);
            Assert.True(_trial.Receive(Tcp(server + ":5432", client + ":40000", Ack, "many rows")).Passed);
        }

        var header = client[0] == '[' ? 60u : 40u;
        Assert.Equal((sent + 3 * (header + 5), received + 3 * (header + 9)), Bytes());
        Assert.Equal(packets + 6, _trial.Count(Counter.Packets));
    }

    [Fact]
    public void A_permission_withdrawn_ends_a_known_connection_in_the_middle_of_the_change()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));
        Open(Client, Server);
        _trial.Kernel.Workloads.TryGet(Web.Value, out var policy);

        using (_trial.Kernel.Changes.Begin())
        {
            Assert.True(Query().Passed);
            _trial.Kernel.Workloads.Set(Web.Value, policy with { Policy = 77 });
            Assert.False(Query().Passed);
        }
        Assert.False(Query().Passed);
    }

    [Fact]
    public void A_change_that_nobody_ended_counts_too()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));
        Open(Client, Server);
        _trial.Kernel.Workloads.TryGet(Web.Value, out var policy);
        _ = _trial.Kernel.Changes.Begin();

        _trial.Kernel.Workloads.Set(Web.Value, policy with { Policy = 77 });

        Assert.False(Query().Passed);
    }

    [Fact]
    public void The_next_agent_ends_a_change_that_the_last_one_did_not()
    {
        using var folder = new PinFolder();
        using (var killed = KernelPrograms.Load(folder.Path))
        {
            _ = killed.Changes.Begin();
            Assert.True(killed.Settings.TryGet(Setting.Changes, out var during) && during % 2 == 1);
        }

        using var next = KernelPrograms.Load(folder.Path);
        Assert.True(next.Settings.TryGet(Setting.Changes, out var after) && after % 2 == 0);
    }

    [Fact]
    public void Changes_that_overlap_end_with_the_last()
    {
        var (first, second) = (_trial.Kernel.Changes.Begin(), _trial.Kernel.Changes.Begin());
        uint Count() => _trial.Kernel.Settings.TryGet(Setting.Changes, out var count) ? count : 0;
        var during = Count();

        first.Dispose();
        Assert.Equal(during, Count());
        second.Dispose();
        Assert.Equal(during + 1, Count());
        Assert.Equal(1u, during % 2);
    }

    [Fact]
    public void A_known_connection_of_an_interface_that_is_held_does_not_pass()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));
        Open(Client, Server);

        using (_trial.Kernel.Changes.Begin())
            _trial.Kernel.Endpoints.Set(Interface, new() { Workload = Web.Value, Container = WebNumber, Flags = Endpoint.Held });

        Assert.True(Query().Dropped);
    }

    [Fact]
    public void A_container_that_gets_the_address_of_another_does_not_get_its_connections()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));
        Open(Client, Server);

        _trial.Own("10.0.0.2", Database, DatabaseNumber);

        Assert.False(Query().Passed);
    }

    [Fact]
    public void A_packet_of_a_known_connection_that_is_not_whole_is_malformed()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));
        Open(Client, Server);

        Assert.False(_trial.Send(Tcp(Client, Server, Ack, "query") with { Missing = 3 }).Passed);
        Assert.Equal(1ul, _trial.Count(Counter.Malformed));
        var frame = Tcp(Client, Server, Ack).ToFrame();
        frame[46] = 4 << 4; // a TCP header of 16 bytes
        Assert.False(_trial.Send(frame).Passed);
        frame[46] = 6 << 4; // of 24
        Assert.False(_trial.Send(frame).Passed);
        frame[46] = 5 << 4;
        Assert.True(_trial.Send(frame).Passed);
    }

    [Fact]
    public void A_known_exchange_of_datagrams_is_forgotten_after_three_minutes()
    {
        _trial.Protect(Out(Database, UdpNumber, 5432));
        for (var i = 0; i < 3; i++)
        {
            Assert.True(_trial.Send(Udp(Client, Server, "a")).Passed);
            Assert.True(_trial.Receive(Udp(Server, Client, "b")).Passed);
        }
        _trial.Pass(TimeSpan.FromSeconds(170));
        Assert.True(_trial.Receive(Udp(Server, Client, "b")).Passed);
        _trial.Pass(TimeSpan.FromSeconds(190));
        Assert.False(_trial.Receive(Udp(Server, Client, "b")).Passed);
    }

    private void Open(string client, string server)
    {
        Assert.True(_trial.Send(Tcp(client, server, Syn)).Passed);
        Assert.True(_trial.Receive(Tcp(server, client, Syn | Ack)).Passed);
        Assert.True(_trial.Send(Tcp(client, server, Ack)).Passed);
        Assert.True(_trial.Send(Tcp(client, server, Ack, "first")).Passed);
        Assert.True(_trial.Receive(Tcp(server, client, Ack, "first")).Passed);
    }

    private Outcome Query() => _trial.Send(Tcp(Client, Server, Ack, "query"));

    private (ulong Sent, ulong Received) Bytes()
    {
        var (sent, received) = (0ul, 0ul);
        _trial.Kernel.OpenTraffic().ReadAll((in TrafficKey _, PerCpuMap<TrafficKey, Traffic>.PerCpuValues values) =>
        {
            for (var cpu = 0; cpu < values.Count; cpu++)
                (sent, received) = (sent + values[cpu].BytesOut, received + values[cpu].BytesIn);
        });
        return (sent, received);
    }
}
