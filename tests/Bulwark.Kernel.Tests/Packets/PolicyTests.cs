using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using Bulwark.Model.Enforcement;
using Bulwark.Model.Observations;
using static Bulwark.Kernel.Tests.Harness.Make;
using static Bulwark.Kernel.Tests.Harness.PacketTrial;

namespace Bulwark.Kernel.Tests.Packets;

public sealed class PolicyTests : IDisposable
{
    private readonly PacketTrial _trial = new();

    public void Dispose() => _trial.Dispose();

    [Fact]
    public void Only_the_allowed_peer_transport_and_port_pass()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));

        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:5432", Syn)).Passed);
        Assert.True(_trial.Send(Tcp("[fd00::2]:40000", "[fd00::3]:5432", Syn)).Passed);
        Assert.False(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:5433", Syn)).Passed);
        Assert.False(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.1:5432", Syn)).Passed);
        Assert.False(_trial.Send(Tcp("10.0.0.2:40000", "203.0.113.1:5432", Syn)).Passed);
        Assert.False(_trial.Send(Udp("10.0.0.2:40000", "10.0.0.3:5432")).Passed);
        Assert.False(_trial.Send(Sctp("10.0.0.2:40000", "10.0.0.3:5432")).Passed);
    }

    [Fact]
    public void An_entry_for_one_direction_says_nothing_for_the_other()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432), In(Database, TcpNumber, 80));

        Assert.True(_trial.Receive(Tcp("10.0.0.3:40000", "10.0.0.2:80", Syn)).Passed);
        Assert.False(_trial.Receive(Tcp("10.0.0.3:40000", "10.0.0.2:5432", Syn)).Passed);
        Assert.False(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Syn)).Passed);
    }

    [Fact]
    public void Port_0_allows_every_port_of_the_transport()
    {
        _trial.Protect(Out(Database, UdpNumber, 0));

        Assert.True(_trial.Send(Udp("10.0.0.2:1", "10.0.0.3:7")).Passed);
        Assert.True(_trial.Send(Udp("10.0.0.2:1", "10.0.0.3:65535")).Passed);
        Assert.False(_trial.Send(Tcp("10.0.0.2:1", "10.0.0.3:7", Syn)).Passed);
    }

    [Fact]
    public void Transport_0_allows_everything_with_the_peer()
    {
        _trial.Protect(Out(Database, 0, 0));

        Assert.True(_trial.Send(Udp("10.0.0.2:1", "10.0.0.3:7")).Passed);
        Assert.True(_trial.Send(Tcp("10.0.0.2:1", "10.0.0.3:7", Syn)).Passed);
        Assert.True(_trial.Send(Sctp("10.0.0.2:1", "10.0.0.3:7")).Passed);
        Assert.True(_trial.Send(IcmpOf("10.0.0.2", "10.0.0.3", 8)).Passed);
        Assert.True(_trial.Send(Other("10.0.0.2", "10.0.0.3", 47)).Passed);
        Assert.False(_trial.Send(Udp("10.0.0.2:1", "10.0.0.1:7")).Passed);
    }

    [Fact]
    public void An_entry_for_any_peer_allows_every_peer_on_that_port_only()
    {
        _trial.Protect(In(Identity.Any, TcpNumber, 80));

        Assert.True(_trial.Receive(Tcp("10.0.0.3:40000", "10.0.0.2:80", Syn)).Passed);
        Assert.True(_trial.Receive(Tcp("10.0.0.1:40000", "10.0.0.2:80", Syn)).Passed);
        Assert.True(_trial.Receive(Tcp("203.0.113.9:40000", "10.0.0.2:80", Syn)).Passed);
        Assert.False(_trial.Receive(Tcp("203.0.113.9:40000", "10.0.0.2:81", Syn)).Passed);
    }

    [Fact]
    public void An_entry_for_the_world_allows_services_outside_but_no_container_and_no_host()
    {
        _trial.Range("198.51.100.0/24", Identity.FirstRange + 1);
        _trial.Protect(Out(Identity.World, TcpNumber, 443));

        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "203.0.113.9:443", Syn)).Passed);
        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "198.51.100.7:443", Syn)).Passed);
        Assert.False(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:443", Syn)).Passed);
        Assert.False(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.1:443", Syn)).Passed);
        Assert.False(_trial.Send(Udp("10.0.0.2:40000", "224.0.0.251:443")).Passed);
    }

    [Theory]
    [InlineData("224.0.0.251")]
    [InlineData("239.255.255.250")]
    [InlineData("255.255.255.255")]
    [InlineData("10.0.0.255")]
    public void Multicast_and_broadcast_are_one_peer(string address)
    {
        _trial.Protect(Out(Identity.Multicast, UdpNumber, 5353));

        Assert.True(_trial.Send(Udp("10.0.0.2:5353", $"{address}:5353")).Passed);
        Assert.True(_trial.Send(Udp("10.0.0.2:5353", $"{address}:1900")).Dropped);
    }

    [Fact]
    public void Multicast_of_IPv6_is_the_same_peer()
    {
        _trial.Protect(Out(Identity.Multicast, UdpNumber, 5353));

        Assert.True(_trial.Send(Udp("[fd00::2]:5353", "[ff02::fb]:5353")).Passed);
        Assert.True(_trial.Send(Udp("[fd00::2]:5353", "[ff02::fb]:1900")).Dropped);
    }

    [Fact]
    public void What_protect_blocks_passes_in_audit_and_is_told()
    {
        _trial.Audit(Out(Database, TcpNumber, 5432));

        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:5432", Syn)).Passed);
        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Syn)).Passed);

        var told = Assert.Single(_trial.Events());
        Assert.Equal(KernelEventType.Attempt, told.Type);
        Assert.Equal((byte)Verdict.WouldBlock, told.Head.Verdict);
        Assert.Equal((byte)VerdictReason.NotInProfile, told.Head.Reason);
        Assert.Equal(80, told.Head.ServerPort);
        Assert.Equal(1ul, _trial.Count(Counter.WouldBlock));
        Assert.Equal(0ul, _trial.Count(Counter.Blocked));
    }

    [Fact]
    public void What_is_blocked_on_its_way_to_the_container_goes_without_a_word()
    {
        _trial.Protect();

        Assert.True(_trial.Receive(Tcp("10.0.0.3:40000", "10.0.0.2:80", Syn)).Dropped);
        Assert.True(_trial.Receive(Udp("10.0.0.3:40000", "10.0.0.2:80")).Dropped);
        Assert.True(_trial.Receive(IcmpOf("10.0.0.3", "10.0.0.2", 8)).Dropped);
        Assert.Equal(3ul, _trial.Count(Counter.Blocked));
        Assert.Equal(0ul, _trial.Count(Counter.Rejected));
    }

    [Fact]
    public void One_update_of_the_workload_switches_to_another_policy()
    {
        _trial.Protect(Out(Database, TcpNumber, 5432));
        _trial.Kernel.Policies.Set(new() { Policy = 77, Peer = Database.Value, Port = 80, Transport = TcpNumber }, Permission.All);

        Assert.False(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Syn)).Passed);
        _trial.Kernel.Workloads.Set(Web.Value, new() { Policy = 77, Mode = (uint)Mode.Protect });

        Assert.True(_trial.Send(Tcp("10.0.0.2:40000", "10.0.0.3:80", Syn)).Passed);
        Assert.False(_trial.Send(Tcp("10.0.0.2:40001", "10.0.0.3:5432", Syn)).Passed);
    }

    [Fact]
    public void A_peer_that_gets_another_identity_is_judged_anew()
    {
        _trial.Protect(Out(Database, UdpNumber, 53));
        Assert.True(_trial.Send(Udp("10.0.0.2:40000", "10.0.0.3:53")).Passed);
        Assert.True(_trial.Receive(Udp("10.0.0.3:53", "10.0.0.2:40000")).Passed);

        _trial.Own("10.0.0.3", new(0x999), 9);

        Assert.False(_trial.Send(Udp("10.0.0.2:40000", "10.0.0.3:53")).Passed);
        Assert.False(_trial.Receive(Udp("10.0.0.3:53", "10.0.0.2:40000")).Passed);
    }

    [Fact]
    public void The_kernel_and_the_model_agree_on_every_shape_of_entry()
    {
        PolicyEntry[] shapes = [Out(Database, TcpNumber, 80), Out(Database, TcpNumber, 0), Out(Database, 0, 0), Out(Identity.Any, TcpNumber, 80), Out(Identity.World, TcpNumber, 80), Out(Identity.World, 0, 0)];
        (string Address, Identity Identity)[] peers = [("10.0.0.3", Database), ("10.0.0.1", Identity.Host), ("203.0.113.1", Identity.World), ("198.51.100.1", new(Identity.FirstRange))];
        _trial.Range("198.51.100.0/24", Identity.FirstRange);
        foreach (var shape in shapes)
        {
            _trial.Protect(shape);
            foreach (var (address, identity) in peers)
            {
                foreach (var port in (int[])[80, 81])
                {
                    Assert.Equal(
                        PolicyModel.Allows(new HashSet<PolicyEntry> { shape }, Direction.Out, identity, Transport.Tcp, (ushort)port),
                        _trial.Send(Tcp("10.0.0.2:40000", $"{address}:{port}", Syn)).Passed);
                }
            }
        }
    }
}
