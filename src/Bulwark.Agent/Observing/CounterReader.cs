using System.Collections.Immutable;
using Bulwark.Kernel;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Maps;
using Bulwark.Model.Observations;

namespace Bulwark.Agent.Observing;

/// <summary>Reads the programs' counters, and tells of what was lost. Belongs to the observing thread.</summary>
internal sealed class CounterReader(KernelPrograms kernel, Func<Observation, bool> post)
{
    private static readonly ImmutableArray<(Counter Counter, string Name)> s_names =
    [
        (Counter.Packets, "packets"), (Counter.Blocked, "blocked"), (Counter.WouldBlock, "would-block"), (Counter.Rejected, "rejected"),
        (Counter.LostEvents, "lost events"), (Counter.LostConnections, "lost connections"),
        (Counter.SuppressedAttempts, "suppressed attempts"), (Counter.Malformed, "malformed"), (Counter.Held, "held"),
        (Counter.NoEndpoint, "no endpoint"), (Counter.Names, "names"), (Counter.Midstream, "midstream"),
        (Counter.Untracked, "untracked"),
    ];

    private readonly PerCpuMap<Counter, ulong> _counters = kernel.OpenCounters();
    private volatile ImmutableSortedDictionary<string, long> _latest = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>Every counter by its name, as last read; for any thread.</summary>
    public ImmutableSortedDictionary<string, long> Latest => _latest;

    public void Read(DateTimeOffset now)
    {
        var latest = ImmutableSortedDictionary.CreateBuilder<string, long>(StringComparer.Ordinal);
        foreach (var (counter, name) in s_names)
            latest[name] = Sum(counter);
        _latest = latest.ToImmutable();

        var connections = TakeNew(Setting.ToldLostConnections, latest["lost connections"]);
        var events = TakeNew(Setting.ToldLostEvents, latest["lost events"]);
        var suppressed = TakeNew(Setting.ToldSuppressed, latest["suppressed attempts"]);
        Tell(now, "connections: the kernel's buffer was full", connections);
        Tell(now, "verdicts and payloads: the kernel's buffer was full", events - connections);
        Tell(now, "verdicts: more attempts a second than are told of one interface", suppressed);
    }

    private long Sum(Counter counter)
    {
        var sum = 0L;
        _counters.TryRead(counter, (in Counter _, PerCpuMap<Counter, ulong>.PerCpuValues values) =>
        {
            for (var cpu = 0; cpu < values.Count; cpu++)
                sum += (long)values[cpu];
        });
        return sum;
    }

    // The setting has 32 bits; their difference is right as long as fewer are lost between two readings.
    private uint TakeNew(Setting told, long total)
    {
        kernel.Settings.TryGet(told, out var before);
        var added = unchecked((uint)total - before);
        if (added != 0)
            kernel.Settings.Set(told, (uint)total);
        return added;
    }

    private void Tell(DateTimeOffset now, string what, uint count)
    {
        if (count > 0)
            post(new ObservationsLost(now, what, count));
    }
}
