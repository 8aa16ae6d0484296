using System.Diagnostics;

namespace Bulwark.Agent.Observing;

/// <summary>Turns the kernel's time (nanoseconds of CLOCK_MONOTONIC, which <see cref="Stopwatch"/> reads on Linux) into a date.</summary>
internal sealed class KernelClock(TimeProvider time)
{
    private DateTimeOffset _now = time.GetUtcNow();
    private long _monotonic = Stopwatch.GetTimestamp();

    /// <summary>Looks at both clocks again: the wall clock may be set.</summary>
    public void Synchronise()
    {
        _now = time.GetUtcNow();
        _monotonic = Stopwatch.GetTimestamp();
    }

    public DateTimeOffset ToDate(ulong nanoseconds)
    {
        const double NanosecondsPerSecond = 1e9;
        var monotonic = _monotonic * (NanosecondsPerSecond / Stopwatch.Frequency);
        return _now + TimeSpan.FromSeconds((nanoseconds - monotonic) / NanosecondsPerSecond);
    }
}
