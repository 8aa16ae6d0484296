namespace Bulwark.Images.Tests.Hostile;

/// <summary>Runs what must end, and must not take much memory.</summary>
internal static class Bounded
{
    // On a machine of any speed: what hangs takes for ever.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);

    /// <param name="mebibytes">Most memory that may be allocated meanwhile, whether it is let go of again or not.</param>
    public static T Run<T>(int mebibytes, Func<T> act)
    {
        T result = default!;
        Exception? failure = null;
        var allocated = 0L;
        var thread = new Thread(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                result = act();
            }
            catch (Exception e)
            {
                failure = e;
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        })
        { IsBackground = true };
        thread.Start();
        Assert.True(thread.Join(s_longest), "it does not end");
        if (failure is not null)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        Assert.True(allocated <= (long)mebibytes << 20, $"it took {allocated >> 20} MiB");
        return result;
    }
}
