using System.Diagnostics;
using Bulwark.Model;
using Bulwark.Model.Enforcement;

namespace Bulwark.Bench;

/// <summary>How long a policy takes into force.</summary>
internal static class PolicyCost
{
    private static readonly Identity s_workload = new(0x103);

    public static void Measure(Stage stage, Results results)
    {
        stage.Put(Setting.None);
        foreach (var count in (int[])[Stage.Small, 1000, Stage.Large])
        {
            var times = count == Stage.Large ? 20 : 100;
            var all = Enumerable.Range(0, times).Select(time =>
            {
                // All entries are written anew, under a new version.
                var entries = Stage.Entries(Direction.Out, Stage.Server, count);
                entries.Add(new(Direction.Out, Stage.Server, Transport.Tcp, (ushort)(9000 + time)));
                var policy = Policy.Of(entries);
                Thread.Sleep(150);
                stage.Policies.DeleteRetired();
                var start = Stopwatch.GetTimestamp();
                stage.Policies.Apply(s_workload, Mode.Protect, policy);
                return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }).ToList();
            results.AddPolicy($"a policy of {count:N0} entries in place of another of as many, {times} times", Spread.Of(all), all.Max());
        }
    }
}
