using Bulwark.Agent.Observing;
using Bulwark.Agent.Tests.Harness;
using Bulwark.Kernel.Layout;
using Bulwark.Model.Observations;

namespace Bulwark.Agent.Tests.Observing;

public sealed class CounterReaderTests : IDisposable
{
    private readonly LoadedKernel _kernel = new();
    private readonly List<Observation> _told = [];

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void A_counter_is_the_sum_of_every_cores()
    {
        PerCore.Set(_kernel.Programs, Counter.Packets, core => (ulong)core + 1);
        var reader = Reader();
        reader.Read(default);

        var cores = PerCore.Count;
        Assert.Equal(cores * (cores + 1L) / 2, reader.Latest["packets"]);
        Assert.Empty(_told);
    }

    [Fact]
    public void Every_counter_of_the_kernel_has_a_name()
    {
        var reader = Reader();
        reader.Read(default);

        Assert.Equal(Enum.GetValues<Counter>().Length, reader.Latest.Count);
    }

    [Fact]
    public void What_was_lost_is_told_once_even_by_an_agent_after_this_one()
    {
        PerCore.Set(_kernel.Programs, Counter.LostEvents, core => core == 0 ? 7ul : 0);
        PerCore.Set(_kernel.Programs, Counter.LostConnections, core => core == 0 ? 3ul : 0);
        var reader = Reader();
        reader.Read(default);
        Assert.Equal([3L, 4L], _told.Cast<ObservationsLost>().Select(o => o.Count));

        reader.Read(default);
        _kernel.Reload();
        Reader().Read(default);
        Assert.Equal(2, _told.Count);

        PerCore.Set(_kernel.Programs, Counter.LostEvents, core => core == 0 ? 9ul : 0);
        Reader().Read(default);
        Assert.Equal(2, ((ObservationsLost)_told[^1]).Count);
    }

    private CounterReader Reader() => new(_kernel.Programs, observation =>
    {
        _told.Add(observation);
        return true;
    });
}
