using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Bulwark.Kernel.Native;

/// <summary>Keeps what libbpf says instead of letting it write to standard error, so that an exception can tell it.</summary>
internal static unsafe partial class LibBpfLog
{
    private const int LinesMax = 40;
    private const int LineMax = 4096;

    [ThreadStatic]
    private static Queue<string>? s_lines;

    /// <summary>Starts to keep what this thread's calls say.</summary>
    public static void Begin()
    {
        LibBpf.SetPrint(&Print);
        s_lines = new();
    }

    /// <summary>What was said since <see cref="Begin"/>: the last lines of it.</summary>
    public static string End()
    {
        var text = string.Join('\n', s_lines ?? []);
        s_lines = null;
        return text;
    }

    // A va_list is passed as a pointer on every platform that Bulwark is built for, so it can be handed on as it came.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Print(int level, byte* format, void* arguments)
    {
        const int Debug = 2;
        if (level >= Debug || s_lines is not { } lines)
            return 0;
        var line = stackalloc byte[LineMax];
        var length = FormatLine(line, LineMax, format, arguments);
        if (length <= 0)
            return 0;
        foreach (var text in Encoding.UTF8.GetString(line, Math.Min(length, LineMax - 1)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            lines.Enqueue(text);
            if (lines.Count > LinesMax)
                lines.Dequeue();
        }
        return length;
    }

    [LibraryImport("libc", EntryPoint = "vsnprintf")]
    private static partial int FormatLine(byte* buffer, nuint size, byte* format, void* arguments);
}
