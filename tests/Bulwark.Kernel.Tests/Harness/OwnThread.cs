using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Bulwark.Kernel.Tests.Harness;

/// <summary>Does something on a thread that ends with it, for what changes the thread.</summary>
internal static unsafe partial class OwnThread
{
    public static T Run<T>(Func<T> action)
    {
        T? result = default;
        Exception? failed = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = action();
            }
            catch (Exception e)
            {
                failed = e;
            }
        });
        thread.Start();
        thread.Join();
        if (failed is not null)
            ExceptionDispatchInfo.Throw(failed);
        return result!;
    }

    /// <summary>
    /// The same on one processor, with all threads that it starts: each processor keeps some of the newest entries of a table of which the kernel
    /// forgets the oldest, and others do not push them out.
    /// </summary>
    public static void RunOnOneProcessor(Action action) => Run(() =>
    {
        var set = 1UL << Thread.GetCurrentProcessorId();
        Assert.Equal(0, SetAffinity(0, sizeof(ulong), &set));
        action();
        return true;
    });

    [LibraryImport("libc", EntryPoint = "sched_setaffinity")]
    private static partial int SetAffinity(int thread, nuint size, ulong* set);
}
