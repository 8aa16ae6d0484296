using System.Diagnostics;
using Bulwark.Agent.Observing;
using Microsoft.Extensions.Time.Testing;

namespace Bulwark.Agent.Tests.Observing;

public sealed class KernelClockTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void A_kernel_time_and_a_later_one_are_as_far_apart_as_dates()
    {
        var clock = new KernelClock(new FakeTimeProvider(s_start));
        var now = Nanoseconds();

        Assert.Equal(90, (clock.ToDate(now + 90_000_000_000) - clock.ToDate(now)).TotalSeconds, 0.001);
    }

    [Fact]
    public void The_wall_clock_counts_from_when_it_was_looked_at_last()
    {
        var wall = new FakeTimeProvider(s_start);
        var clock = new KernelClock(wall);
        var before = clock.ToDate(Nanoseconds());
        wall.SetUtcNow(s_start.AddHours(1));
        Assert.True(clock.ToDate(Nanoseconds()) < s_start.AddMinutes(30));

        clock.Synchronise();

        Assert.True(clock.ToDate(Nanoseconds()) >= s_start.AddHours(1));
        Assert.True(before >= s_start);
    }

    private static ulong Nanoseconds() => (ulong)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));
}
