using Bulwark.Kernel;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Maps;
using Bulwark.Model;
using Bulwark.Model.Observations;

namespace Bulwark.Agent.Observing;

/// <summary>
/// Reads the kernel's counters of conversations and tells what was added. What was told is kept in the kernel too, so that an agent
/// after this one tells neither twice nor too little. Belongs to the observing thread.
/// </summary>
internal sealed class TrafficReader
{
    private readonly KernelPrograms _kernel;
    private readonly Func<Observation, bool> _post;
    private readonly PerCpuMap<TrafficKey, Traffic> _traffic;
    private readonly PerCpuMap<TrafficKey, Traffic>.Visitor _visit;
    private Dictionary<TrafficKey, TrafficTold> _told;
    private Dictionary<TrafficKey, TrafficTold> _seen = [];
    private DateTimeOffset _now;

    public TrafficReader(KernelPrograms kernel, Func<Observation, bool> post)
    {
        _kernel = kernel;
        _post = post;
        _traffic = kernel.OpenTraffic();
        _told = kernel.TrafficTold.Entries().GroupBy(e => e.Key).ToDictionary(g => g.Key, g => g.First().Value);
        _visit = Visit;
    }

    public void Read(DateTimeOffset now)
    {
        _now = now;
        _seen.Clear();
        _traffic.ReadAll(_visit);
        (_told, _seen) = (_seen, _told);
    }

    private void Visit(in TrafficKey key, PerCpuMap<TrafficKey, Traffic>.PerCpuValues values)
    {
        var sum = new TrafficTold();
        for (var cpu = 0; cpu < values.Count; cpu++)
        {
            sum.BytesOut += values[cpu].BytesOut;
            sum.BytesIn += values[cpu].BytesIn;
        }
        var told = _told.GetValueOrDefault(key);
        // Pushed out and counted anew.
        if (sum.BytesOut < told.BytesOut || sum.BytesIn < told.BytesIn)
            told = default;
        if (sum == told)
        {
            _seen[key] = told;
            return;
        }
        var sent = (long)(sum.BytesOut - told.BytesOut);
        var received = (long)(sum.BytesIn - told.BytesIn);
        if (_post(new TrafficCounted(
            _now, new(key.Workload), (Direction)key.Direction, new(key.Peer), new(new(key.Transport), key.Port), sent, received)))
        {
            _kernel.TrafficTold.Set(key, sum);
            told = sum;
        }
        _seen[key] = told;
    }
}
