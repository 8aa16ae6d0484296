using System.Diagnostics;
using Bulwark.Agent;
using Bulwark.Cli.Api;

namespace Bulwark.Cli.Hosting.Demo;

/// <summary>The demonstration's own <c>bulwark up</c>: a process with its own socket, data and kernel tables.</summary>
internal sealed class DemoServer(DemoOptions options) : IDisposable
{
    /// <summary>Everything that it keeps in files. Only root may write below /run, so nobody can put something else there.</summary>
    public const string Files = "/run/bulwark-demo";

    public const string Socket = Files + "/bulwark.sock";
    public const string BpfRoot = "/sys/fs/bpf/bulwark-demo";
    private const string Log = Files + "/bulwark.log";
    private const string ConfigurationPath = Files + "/bulwark.json";
    private const int LinesOfLog = 12;

    // Seconds instead of days. It moves nothing by itself: other containers of this Docker must stay as they are.
    private const string Configuration =
        """
        {
          "auto": false,
          "learning": {
            "interval": "1s", "minimumTime": "12s", "minimumIntervals": 5, "minimumSightings": 12, "maximumUnseen": 0.2, "confidence": 0.9
          }
        }
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private Process? _process;

    public bool HasEnded => _process is { HasExited: true };

    public async Task StartAsync(CancellationToken cancel)
    {
        Directory.CreateDirectory(Files);
        await File.WriteAllTextAsync(ConfigurationPath, Configuration, cancel).ConfigureAwait(false);
        // The shell puts the log into a file: with --keep the server outlives this process, and a pipe would not.
        var start = new ProcessStartInfo("/bin/sh",
        [
            "-c", "log=$1; shift; exec \"$@\" < /dev/null > \"$log\" 2>&1", "sh", Log, Environment.ProcessPath!, "up", "--docker", options.DockerSocket,
            "--auto=off", "--data-directory", Files + "/data", "--socket", Socket, "--bpf-root", BpfRoot, "--config", ConfigurationPath,
        ]);
        if (options.Verbose)
            start.ArgumentList.Add("-v");
        _process = Process.Start(start);
    }

    /// <summary>The last lines of its log, on one line; empty if it wrote none.</summary>
    public static string LastWords() => File.Exists(Log) ? string.Join(" | ", File.ReadLines(Log).TakeLast(LinesOfLog)) : "";

    /// <summary>
    /// Ends it, takes it out of the kernel and removes its files, whatever state it is in; also one of an earlier demonstration.
    /// Whether there was anything.
    /// </summary>
    public async Task<bool> RemoveAsync()
    {
        if (!Directory.Exists(Files) && !Directory.Exists(BpfRoot))
            return false;
        await AskToEndAsync().ConfigureAwait(false);
        if (_process is not null && !await EndsAsync(() => _process.HasExited).ConfigureAwait(false))
        {
            _process.Kill();
            await _process.WaitForExitAsync().ConfigureAwait(false);
        }
        // It did so itself, unless it died or was interrupted together with this process.
        HostAgent.Leave(BpfRoot);
        if (Directory.Exists(Files))
            Directory.Delete(Files, recursive: true);
        return true;
    }

    public void Dispose() => _process?.Dispose();

    private static async Task AskToEndAsync()
    {
        using var client = new ApiClient(Socket);
        using var limit = new CancellationTokenSource(s_patience);
        try
        {
            await client.DownAsync(limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is CommandFailure or OperationCanceledException)
        {
            // It is ending, or gone, or hangs: what follows deals with each.
        }
        await EndsAsync(() => !File.Exists(Socket)).ConfigureAwait(false);
    }

    private static async Task<bool> EndsAsync(Func<bool> hasEnded)
    {
        var started = Stopwatch.GetTimestamp();
        while (!hasEnded())
        {
            if (Stopwatch.GetElapsedTime(started) > s_patience)
                return false;
            await Task.Delay(s_pause).ConfigureAwait(false);
        }
        return true;
    }
}
