using System.Runtime.InteropServices;

namespace Bulwark.Bench;

/// <summary>The processor that the calling thread runs on.</summary>
internal static unsafe partial class OneProcessor
{
    /// <summary>Keeps the calling thread on one processor, for as long as it lives.</summary>
    public static void Keep(int number)
    {
        var set = 1UL << number;
        if (SetAffinity(0, sizeof(ulong), &set) != 0)
            throw new InvalidOperationException($"cannot stay on processor {number}");
    }

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint size, ulong* set);
}
