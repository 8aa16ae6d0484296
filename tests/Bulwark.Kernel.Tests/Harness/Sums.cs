using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Maps;

namespace Bulwark.Kernel.Tests.Harness;

/// <summary>What the kernel counts on each core, of all cores.</summary>
internal static class Sums
{
    public static ulong Of(KernelPrograms kernel, Counter counter)
    {
        var sum = 0UL;
        kernel.OpenCounters().TryRead(counter, (in Counter _, PerCpuMap<Counter, ulong>.PerCpuValues values) =>
        {
            for (var cpu = 0; cpu < values.Count; cpu++)
                sum += values[cpu];
        });
        return sum;
    }

    /// <summary>Bytes that a workload's containers sent and received.</summary>
    public static (ulong Out, ulong In) Traffic(KernelPrograms kernel, uint workload)
    {
        var (sent, received) = (0UL, 0UL);
        kernel.OpenTraffic().ReadAll((in TrafficKey key, PerCpuMap<TrafficKey, Traffic>.PerCpuValues values) =>
        {
            for (var cpu = 0; cpu < values.Count && key.Workload == workload; cpu++)
                (sent, received) = (sent + values[cpu].BytesOut, received + values[cpu].BytesIn);
        });
        return (sent, received);
    }

    /// <summary>Bytes that containers sent in conversations on a port.</summary>
    public static ulong BytesOut(KernelPrograms kernel, ushort port)
    {
        var sum = 0UL;
        kernel.OpenTraffic().ReadAll((in TrafficKey key, PerCpuMap<TrafficKey, Traffic>.PerCpuValues values) =>
        {
            for (var cpu = 0; cpu < values.Count && key.Port == port; cpu++)
                sum += values[cpu].BytesOut;
        });
        return sum;
    }
}
