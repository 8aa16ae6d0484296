namespace Bulwark.Images.Tests.Harness;

/// <summary>Tests that look at the memory of the whole process: no other may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryMeasured
{
    public const string Name = "Memory is measured";

    /// <summary>What the heap holds more, in bytes, for as long as the result of <paramref name="act"/> is kept. Less than none when tests before left pools that were trimmed meanwhile.</summary>
    public static (T Result, long Kept) Kept<T>(Func<T> act)
    {
        var before = Settled();
        var result = act();
        var kept = Settled() - before;
        GC.KeepAlive(result);
        return (result, kept);
    }

    private static long Settled()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
