using System.Net;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using static Bulwark.Kernel.Tests.Harness.Make;
using static Bulwark.Kernel.Tests.Harness.PacketTrial;

namespace Bulwark.Kernel.Tests.Packets;

/// <summary>"web" asks its own port, which the host (10.0.0.1) publishes as 8080, and address translation brings that back to it.</summary>
public sealed class HairpinTests : IDisposable
{
    private const uint Bridge = 77;

    private readonly PacketTrial _trial = new();

    public HairpinTests() => _trial.Protect(
        Out(Identity.Host, 6, 8080), Out(Identity.Host, 17, 8080), Out(Database, 6, 8080), In(Web, 6, 80), In(Web, 17, 80));

    public void Dispose() => _trial.Dispose();

    [Theory]
    [InlineData(Bridge)]
    [InlineData(Interface)] // where iptables see what bridges carry it never leaves the bridge
    public void A_container_that_asks_its_own_published_port_is_seen_as_itself(uint cameIn)
    {
        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.1:8080", Syn)).Passed);
        Assert.True(_trial.Receive(Tcp("10.0.0.1:40000", "10.0.0.2:80", Syn), cameIn: cameIn).Passed);
        Assert.True(_trial.Send(Tcp("10.0.0.2:80", "10.0.0.1:40000", Syn | Ack)).Passed);
        Assert.True(_trial.Receive(Tcp("10.0.0.1:40000", "10.0.0.2:80", Ack), cameIn: cameIn).Passed);

        var told = Assert.Single(_trial.Events(), t => t.Type == KernelEventType.Connection).Head;
        Assert.Equal((Web.Value, MappedAddress.From(IPAddress.Parse("10.0.0.2")), (byte)Direction.In), (told.Peer, told.Address, told.Direction));
    }

    [Fact]
    public void So_is_one_that_asks_by_UDP()
    {
        Assert.True(_trial.Send(Udp("10.0.0.2:40000", "10.0.0.1:8080", "ask")).Passed);
        Assert.True(_trial.Receive(Udp("10.0.0.1:40000", "10.0.0.2:80", "ask"), cameIn: Bridge).Passed);
        Assert.True(_trial.Send(Udp("10.0.0.2:80", "10.0.0.1:40000", "answer")).Passed);

        Assert.Equal(Web.Value, Assert.Single(_trial.Events(), t => t.Type == KernelEventType.Connection).Head.Peer);
    }

    [Fact]
    public void A_process_of_the_host_is_the_host_with_the_very_same_port()
    {
        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.1:8080", Syn)).Passed);

        Assert.False(_trial.Receive(Tcp("10.0.0.1:40000", "10.0.0.2:80", Syn), cameIn: 0).Passed);
        Assert.Equal(Identity.Host.Value, Assert.Single(_trial.Events(), t => t.Type == KernelEventType.Attempt).Head.Peer);
    }

    [Fact]
    public void A_neighbour_that_takes_the_hosts_address_is_not_believed()
    {
        const uint neighbour = 5;
        _trial.Kernel.Endpoints.Set(neighbour, new() { Netns = 9, Workload = Database.Value, Container = DatabaseNumber });
        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.1:8080", Syn)).Passed);

        Assert.False(_trial.Receive(Tcp("10.0.0.1:40000", "10.0.0.2:80", Syn), cameIn: neighbour).Passed);
    }

    [Theory]
    [InlineData("10.0.0.2:40001", "10.0.0.1:8080")] // another port
    [InlineData("10.0.0.2:40000", "10.0.0.1:8081")] // what it may not ask
    [InlineData("10.0.0.2:40000", "10.0.0.3:8080")] // not the host
    public void Whoever_comes_without_being_asked_for_is_the_host(string from, string to)
    {
        _trial.Send(Tcp(from, to, Syn));

        Assert.False(_trial.Receive(Tcp("10.0.0.1:40000", "10.0.0.2:80", Syn), cameIn: Bridge).Passed);
    }

    [Fact]
    public void Who_does_not_come_from_the_host_is_who_it_is()
    {
        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.1:8080", Syn)).Passed);

        Assert.False(_trial.Receive(Tcp("203.0.113.9:40000", "10.0.0.2:80", Syn), cameIn: Bridge).Passed);
        Assert.False(_trial.Receive(Tcp("10.0.0.3:40000", "10.0.0.2:80", Syn), cameIn: Bridge).Passed);
    }

    [Fact]
    public void A_port_is_the_containers_own_for_a_short_time_only_and_what_it_opened_stays_its_own()
    {
        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.1:8080", Syn)).Passed);
        Assert.True(_trial.Receive(Tcp("10.0.0.1:40000", "10.0.0.2:80", Syn), cameIn: Bridge).Passed);
        Assert.True(_trial.Send(Tcp("10.0.0.2:80", "10.0.0.1:40000", Syn | Ack)).Passed);
        Assert.True(_trial.Receive(Tcp("10.0.0.1:40000", "10.0.0.2:80", Ack), cameIn: Bridge).Passed);
        Assert.True(_trial.Send(Tcp("10.0.0.2:40002", "10.0.0.1:8080", Syn)).Passed);
        _trial.Pass(TimeSpan.FromSeconds(12));

        Assert.True(_trial.Receive(Tcp("10.0.0.1:40000", "10.0.0.2:80", Ack, "more"), cameIn: Bridge).Passed);
        Assert.False(_trial.Receive(Tcp("10.0.0.1:40002", "10.0.0.2:80", Syn), cameIn: Bridge).Passed);
    }

    [Fact]
    public void What_it_may_not_ask_of_itself_is_refused_as_its_own()
    {
        _trial.Protect(Out(Identity.Host, 6, 8080), In(Identity.Host, 6, 80));
        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.1:8080", Syn)).Passed);

        Assert.False(_trial.Receive(Tcp("10.0.0.1:40000", "10.0.0.2:80", Syn), cameIn: Bridge).Passed);
        Assert.Equal(Web.Value, Assert.Single(_trial.Events(), t => t.Type == KernelEventType.Attempt).Head.Peer);
    }
}
