using System.Collections.Immutable;
using System.ComponentModel;
using System.Diagnostics;
using Bulwark.Cli.Commands;
using Bulwark.Images.Malware.Engines;
using Bulwark.Images.Malware.Yara;

namespace Bulwark.Cli.Hosting;

/// <summary>Starts <c>bulwark yara-worker</c>.</summary>
internal static class YaraProcessStart
{
    // Bytes. A file of the largest size, and what the rules take beside it.
    private const string LargestHeap = "20000000";

    /// <param name="self">What starts this executable.</param>
    /// <exception cref="EngineOpeningException">It cannot be started.</exception>
    public static YaraConnection Start(ImmutableArray<string> self)
    {
        var start = new ProcessStartInfo(self[0], [.. self.Skip(1), YaraWorkerCommand.Name])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        // Nothing of what this process was told is for it to know.
        start.Environment.Clear();
        start.Environment["DOTNET_GCHeapHardLimit"] = LargestHeap;
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } root)
            start.Environment["DOTNET_ROOT"] = root;
        try
        {
            var process = Process.Start(start)!;
            return new(process.StandardInput.BaseStream, process.StandardOutput.BaseStream, () => End(process));
        }
        catch (Win32Exception e)
        {
            throw new EngineOpeningException($"{self[0]} cannot be run: {e.Message}", e);
        }
    }

    private static void End(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It ended by itself.
        }
    }
}
