using Bulwark.Agent.Observing;
using Bulwark.Agent.Tests.Harness;
using Bulwark.Kernel.Layout;
using Bulwark.Model;
using Bulwark.Model.Observations;

namespace Bulwark.Agent.Tests.Observing;

public sealed class TrafficReaderTests : IDisposable
{
    private static readonly TrafficKey s_key = new() { Workload = 0x101, Peer = 0x102, Port = 80, Transport = 6 };

    private readonly LoadedKernel _kernel = new();
    private readonly List<TrafficCounted> _told = [];
    private bool _full;

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void What_every_core_counted_is_told()
    {
        Count(10, 100);
        Reader().Read(default);

        var told = Assert.Single(_told);
        Assert.Equal((10L * PerCore.Count, 100L * PerCore.Count), (told.BytesSent, told.BytesReceived));
        Assert.Equal((new Identity(0x101), new Identity(0x102), Direction.Out, "80/tcp"), (told.Workload, told.Peer, told.Direction, told.Port.ToString()));
    }

    [Fact]
    public void Only_what_was_added_is_told_then()
    {
        var reader = Reader();
        Count(10, 100);
        reader.Read(default);
        reader.Read(default);
        Count(15, 100);
        reader.Read(default);

        Assert.Equal([10L * PerCore.Count, 5L * PerCore.Count], _told.Select(t => t.BytesSent));
        Assert.Equal(0, _told[1].BytesReceived);
    }

    [Fact]
    public void An_agent_after_this_one_tells_neither_twice_nor_too_little()
    {
        Count(10, 100);
        Reader().Read(default);
        _kernel.Reload();
        Count(12, 100);
        Reader().Read(default);

        Assert.Equal([10L * PerCore.Count, 2L * PerCore.Count], _told.Select(t => t.BytesSent));
    }

    [Fact]
    public void What_could_not_be_posted_is_told_later()
    {
        var reader = Reader();
        Count(10, 100);
        _full = true;
        reader.Read(default);
        Assert.Empty(_told);
        _full = false;
        reader.Read(default);

        Assert.Equal(10L * PerCore.Count, Assert.Single(_told).BytesSent);
    }

    [Fact]
    public void A_conversation_that_was_pushed_out_and_counted_anew_is_told_from_the_start()
    {
        var reader = Reader();
        Count(10, 100);
        reader.Read(default);
        Count(3, 4);
        reader.Read(default);

        Assert.Equal([10L * PerCore.Count, 3L * PerCore.Count], _told.Select(t => t.BytesSent));
    }

    private void Count(ulong sent, ulong received) =>
        PerCore.Set(_kernel.Programs, s_key, _ => new Traffic { BytesOut = sent, BytesIn = received });

    private TrafficReader Reader() => new(_kernel.Programs, observation =>
    {
        if (_full)
            return false;
        _told.Add((TrafficCounted)observation);
        return true;
    });
}
