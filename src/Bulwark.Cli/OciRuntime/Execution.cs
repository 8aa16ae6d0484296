using System.Runtime.InteropServices;
using System.Text;

namespace Bulwark.Cli.OciRuntime;

/// <summary>Turns this process into another program.</summary>
internal static unsafe partial class Execution
{
    private const int SignalPipe = 13;

    /// <summary>
    /// Becomes <paramref name="program"/>, with all arguments of this process but the first <paramref name="skip"/>, byte for byte. On the
    /// thread that the process began with: another one's would lose what the parent asked to happen at its own death (prctl(2)).
    /// </summary>
    /// <exception cref="RuntimeException">It cannot.</exception>
    public static int Become(string program, int skip)
    {
        var path = Encoding.UTF8.GetBytes(program + '\0');
        // proc(5): each argument ends with a zero. The runtime's own decoding of them could lose bytes.
        var words = File.ReadAllBytes("/proc/self/cmdline");
        var starts = new List<int> { 0 };
        for (var i = 0; i < words.Length - 1; i++)
        {
            if (words[i] == 0)
                starts.Add(i + 1);
        }
        var count = starts.Count - 1 - skip;
        var arguments = stackalloc byte*[count + 2];
        fixed (byte* name = path, first = words)
        {
            arguments[0] = name;
            for (var i = 0; i < count; i++)
                arguments[i + 1] = first + starts[i + 1 + skip];
            arguments[count + 1] = null;
            // .NET ignores it, and what is ignored stays so in the next program.
            SetSignal(SignalPipe, 0);
            ExecuteFile(name, arguments);
        }
        throw new RuntimeException($"{program} cannot be run: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    /// <summary>Ends a process at once.</summary>
    public static void Kill(int process) => _ = SendSignal(process, 9);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true)]
    private static partial int ExecuteFile(byte* path, byte** arguments);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetSignal(int signal, nint action);
}
