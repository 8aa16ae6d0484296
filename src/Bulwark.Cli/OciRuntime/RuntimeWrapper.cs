using System.Diagnostics;

namespace Bulwark.Cli.OciRuntime;

/// <summary>
/// <c>bulwark runtime</c>: becomes runc with the same arguments. Before a container starts, it waits until the agent watches it. It runs
/// for every command about a container, so it does without all that the other commands of <c>bulwark</c> need.
/// </summary>
internal static class RuntimeWrapper
{
    public const string Name = "runtime";

    private const int Failed = 1;

    // Not the PATH of the caller, whoever that is.
    private static readonly string[] s_places = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <summary>Whether these are arguments for the runtime, and not a question for its help.</summary>
    public static bool IsMeant(IReadOnlyList<string> arguments) =>
        arguments is [Name, ..] and not ([Name] or [Name, "--help" or "-h", ..]);

    /// <summary>Becomes the runtime, so it does not return; or fails with an exit code.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        var log = RuntimeLog.None;
        try
        {
            var read = RuntimeArguments.Parse([.. arguments.Skip(1)]);
            log = new(read.Log, read.LogsJson);
            var runtime = read.Runtime.Length > 0 ? read.Runtime : Find();
            if (read.StartedContainer.Length > 0)
                WaitForAgent(read, runtime, log);
            else if (read.IsClosed && read.Command is "run" or "restore")
                throw new RuntimeException($"'{read.Command}' starts a container without waiting for Bulwark: use 'create' and 'start'");
            return Execution.Become(runtime, read.Own + 1);
        }
        catch (RuntimeException e)
        {
            log.Error(e.Message);
            return Failed;
        }
    }

    private static void WaitForAgent(RuntimeArguments read, string runtime, RuntimeLog log)
    {
        var started = Stopwatch.GetTimestamp();
        // What has no process cannot be started either: the runtime says why.
        if (ContainerState.ProcessOf(read.StartedContainer, read.Root, runtime) is not { } process)
            return;
        var missing = AgentClient.Ask(read.Socket, new(read.StartedContainer, process, read.Wait));
        if (missing.Length == 0)
            return;
        var waited = $"after {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s: {missing}";
        if (read.IsClosed)
        {
            // As after a failed start of runc itself: what is left without a process can be removed.
            Execution.Kill(process);
            throw new RuntimeException($"Bulwark keeps this container from starting, because it is not watched {waited}. " +
                "See 'bulwark status' and 'journalctl -u bulwark'; to start it all the same, use a runtime without --unanswered=closed");
        }
        log.Warning($"Bulwark lets this container start, although it is not watched {waited}");
    }

    private static string Find() => s_places.Select(place => Path.Join(place, "runc")).FirstOrDefault(File.Exists)
        ?? throw new RuntimeException($"there is no runc in {string.Join(':', s_places)}: name the runtime with {RuntimeArguments.RuntimeOption}");
}
