using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using static Bulwark.Kernel.Tests.Harness.Make;
using static Bulwark.Kernel.Tests.Harness.PacketTrial;

namespace Bulwark.Kernel.Tests.Packets;

public sealed class VerdictTests : IDisposable
{
    private static readonly Packet s_toDatabase = Tcp("10.0.0.2:40000", "10.0.0.3:5432", Syn);

    private readonly PacketTrial _trial = new();

    public void Dispose() => _trial.Dispose();

    [Fact]
    public void Nothing_passes_on_an_interface_that_nobody_owns()
    {
        _trial.Learn();
        _trial.Kernel.Endpoints.Remove(Interface);

        Assert.True(_trial.Send(s_toDatabase).Dropped);
        Assert.True(_trial.Receive(Tcp("10.0.0.3:40000", "10.0.0.2:80", Syn)).Dropped);
        Assert.Equal(2ul, _trial.Count(Counter.NoEndpoint));
    }

    [Theory]
    [InlineData(Endpoint.Held)]
    [InlineData(Endpoint.Quarantined)]
    [InlineData(Endpoint.Quarantined | Endpoint.OnHost)]
    public void Nothing_passes_on_an_interface_that_is_held_or_in_quarantine(uint flags)
    {
        _trial.Learn();
        _trial.Kernel.Endpoints.Set(Interface, new() { Workload = Web.Value, Container = WebNumber, Flags = flags });

        Assert.True(_trial.Send(s_toDatabase).Dropped);
        Assert.Equal(1ul, _trial.Count(Counter.Held));
    }

    [Fact]
    public void Nothing_passes_of_a_workload_that_the_kernel_does_not_know()
    {
        Assert.True(_trial.Send(s_toDatabase).Dropped);
        Assert.Equal(1ul, _trial.Count(Counter.Held));
    }

    [Fact]
    public void Everything_passes_of_a_workload_that_learns()
    {
        _trial.Learn();

        Assert.True(_trial.Send(s_toDatabase).Passed);
        Assert.True(_trial.Receive(Udp("198.51.100.1:1000", "10.0.0.2:2000")).Passed);
        Assert.True(_trial.Send(Tcp("192.0.2.1:1", "10.0.0.3:2", Syn)).Passed);
        Assert.True(_trial.Send(Other("10.0.0.2", "10.0.0.3", 47)).Passed);
        Assert.True(_trial.Send(s_toDatabase with { Missing = 10 }).Passed);
        Assert.True(_trial.Send(s_toDatabase with { EtherType = 0x8100 }).Passed);
        Assert.True(_trial.Send(Fragments(Udp("10.0.0.2:1", "10.0.0.3:2", new string('x', 64)), 32)[1]).Passed);
        Assert.True(_trial.Send(Error("10.0.0.2", "10.0.0.3", 3, s_toDatabase)).Passed);
        Assert.DoesNotContain(_trial.Events(), e => e.Type == KernelEventType.Attempt);
    }

    [Fact]
    public void A_container_gets_the_workload_of_its_interface_not_of_its_address()
    {
        _trial.Protect();
        _trial.Kernel.Workloads.Set(Database.Value, new() { Policy = 99, Mode = (uint)Mode.Learn });

        Assert.False(_trial.Send(Tcp("10.0.0.3:1", "10.0.0.2:2", Syn)).Passed);
    }
}
