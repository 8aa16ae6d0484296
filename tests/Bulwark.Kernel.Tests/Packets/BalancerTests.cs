using System.Net;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using static Bulwark.Kernel.Tests.Harness.Make;
using static Bulwark.Kernel.Tests.Harness.PacketTrial;

namespace Bulwark.Kernel.Tests.Packets;

/// <summary>"web" asks the service of "database" at its virtual address, and this host's balancer (10.0.0.1) hands that on.</summary>
public sealed class BalancerTests : IDisposable
{
    private const uint Inside = Interface | 0x4000_0000; // PLACE_INSIDE

    private readonly PacketTrial _trial = new();

    public BalancerTests()
    {
        _trial.Put(Web, Mode.Protect, [Out(Database, 6, 5432)]);
        _trial.Put(Database, Mode.Protect, [In(Web, 6, 5432)]);
    }

    public void Dispose() => _trial.Dispose();

    [Fact]
    public void The_service_knows_its_client_behind_the_balancer()
    {
        Assert.True(Ask(40000));
        Assert.True(Answer(40000));

        var told = Assert.Single(_trial.Events(), t => t.Head.Type == KernelEventType.Connection && t.Head.Workload == Database.Value).Head;
        Assert.Equal((Web.Value, MappedAddress.From(IPAddress.Parse("10.0.0.2"))), (told.Peer, told.Address));
    }

    [Fact]
    public void What_no_client_asked_for_or_from_another_port_is_the_hosts()
    {
        Assert.False(Hand(40000));
        Assert.True(Ask(40000));
        Assert.False(Hand(40001));
        Assert.True(Hand(40000));
    }

    [Fact]
    public void What_a_client_may_not_ask_for_is_not_noted()
    {
        _trial.Put(Web, Mode.Protect, []);

        Assert.False(Ask(40000));
        Assert.False(Hand(40000));
    }

    [Fact]
    public void A_port_is_its_clients_for_a_short_time_only()
    {
        Assert.True(Ask(40000));
        _trial.Pass(TimeSpan.FromSeconds(12));

        Assert.False(Hand(40000));
    }

    [Fact]
    public void From_other_addresses_a_clients_port_says_nothing()
    {
        Assert.True(Ask(40000));
        As(Database, DatabaseNumber);

        Assert.False(_trial.ReceiveInside(Tcp("203.0.113.9:40000", "10.0.0.3:5432", Syn)).Passed);
    }

    [Fact]
    public void An_open_conversation_stays_its_clients_when_another_uses_the_port()
    {
        Assert.True(Ask(40000));
        Assert.True(Answer(40000));
        As(new(0x103), 3);
        _trial.Own("10.0.0.4", new(0x103), 3);
        _trial.Put(new(0x103), Mode.Learn, []);
        Assert.True(_trial.SendInside(Tcp("10.0.0.4:40000", "10.0.0.51:5432", Syn)).Passed);
        _trial.Put(Database, Mode.Protect, [In(Web, 6, 5432), In(Web, 6, 5433)]);
        As(Database, DatabaseNumber);

        Assert.True(_trial.ReceiveInside(Tcp("10.0.0.1:40000", "10.0.0.3:5432", Ack)).Passed);
    }

    private bool Ask(int port)
    {
        As(Web, WebNumber);
        return _trial.SendInside(Tcp($"10.0.0.2:{port}", "10.0.0.51:5432", Syn)).Passed;
    }

    // The same, by its new addresses.
    private bool Hand(int port)
    {
        As(Database, DatabaseNumber);
        return _trial.ReceiveInside(Tcp($"10.0.0.1:{port}", "10.0.0.3:5432", Syn)).Passed;
    }

    private bool Answer(int port) => Hand(port) && _trial.SendInside(Tcp("10.0.0.3:5432", $"10.0.0.1:{port}", Syn | Ack)).Passed
        && _trial.ReceiveInside(Tcp($"10.0.0.1:{port}", "10.0.0.3:5432", Ack)).Passed;

    private void As(Identity workload, uint container)
    {
        using var change = _trial.Kernel.Changes.Begin();
        _trial.Kernel.Endpoints.Set(Inside, new() { Netns = Namespace, Workload = workload.Value, Container = container });
    }
}
