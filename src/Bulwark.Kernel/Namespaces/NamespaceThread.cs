using System.Runtime.ExceptionServices;

namespace Bulwark.Kernel.Namespaces;

/// <summary>Work in another namespace: on a thread of its own, which ends there, since a thread's namespace stays changed.</summary>
internal static class NamespaceThread
{
    /// <summary>Runs it to its end and gives its result, or throws what it threw.</summary>
    public static T Run<T>(Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? failed = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception e)
            {
                failed = ExceptionDispatchInfo.Capture(e);
            }
        }, 256 * 1024)
        {
            IsBackground = true,
        };
        thread.Start();
        thread.Join();
        failed?.Throw();
        return result;
    }
}
