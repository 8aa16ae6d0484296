using System.Diagnostics;
using System.Globalization;

namespace Bulwark.EndToEnd.Harness;

/// <summary>
/// Holds everything that a test starts: processes in one control group, files in one directory. A lock file beside them is locked as
/// long as the test run lives, so that what a killed run left behind is known for that, and removed by the next one.
/// </summary>
public sealed class Sandbox : IAsyncDisposable
{
    private const string Prefix = "bulwark-e2e-";
    private const string FilesRoot = "/var/tmp/bulwark-e2e";
    private const string LockSuffix = ".lock";
    private static readonly TimeSpan s_endLimit = TimeSpan.FromSeconds(20);
    private static int s_count;

    private readonly string _control;
    private FileStream? _lock;

    private Sandbox(string id)
    {
        Id = id;
        _control = Path.Combine(UnifiedRoot, Prefix + id);
        Directory = Path.Combine(FilesRoot, id);
    }

    /// <summary>Unique on this machine, and short: socket paths are.</summary>
    public string Id { get; }

    /// <summary>Where its files are; gone with it.</summary>
    public string Directory { get; }

    private string LockPath => Directory + LockSuffix;

    /// <summary>The control group below which its containers belong.</summary>
    public string ControlGroupParent => "/" + Prefix + Id;

    private static string UnifiedRoot =>
        File.Exists("/sys/fs/cgroup/cgroup.procs") ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified";

    public static async Task<Sandbox> CreateAsync()
    {
        if (Environment.UserName != "root")
            throw new InvalidOperationException("The end-to-end tests start Docker and load kernel programs: run them as root.");
        await RemoveStaleAsync();
        var number = Interlocked.Increment(ref s_count);
        var sandbox = new Sandbox(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{number}"));
        System.IO.Directory.CreateDirectory(FilesRoot);
        sandbox._lock = TryLock(sandbox.LockPath);
        System.IO.Directory.CreateDirectory(Path.Combine(sandbox._control, "processes"));
        System.IO.Directory.CreateDirectory(sandbox.Directory);
        return sandbox;
    }

    /// <summary>A path inside <see cref="Directory"/>.</summary>
    public string PathOf(string name) => Path.Combine(Directory, name);

    /// <summary>Starts a program that belongs to the sandbox; it writes into <paramref name="log"/>.</summary>
    public Process Start(string log, params IReadOnlyList<string> words)
    {
        const string script = """echo $$ > "$1/processes/cgroup.procs"; exec >> "$2" 2>&1 < /dev/null; shift 2; exec "$@" """;
        return Process.Start(new ProcessStartInfo("bash", ["-euc", script, "bash", _control, PathOf(log), .. words]))!;
    }

    /// <summary>Runs a program that belongs to the sandbox to its end.</summary>
    public Task<CommandResult> RunAsync(params IReadOnlyList<string> words) =>
        Command.BashAsync("""echo $$ > "$1/processes/cgroup.procs"; shift; exec "$@" """, [_control, .. words]);

    /// <summary>Waits until what was started is ready; if it never is, throws the last lines of <paramref name="logs"/>.</summary>
    public async Task UntilAsync(string what, TimeSpan limit, IReadOnlyList<string> logs, Func<Task<bool>> ask)
    {
        try
        {
            await Poll.UntilAsync(what, limit, ask);
        }
        catch (TimeoutException exception)
        {
            var last = await Task.WhenAll(logs.Select(LogAsync));
            throw new TimeoutException($"{exception.Message}\n{string.Join('\n', last)}", exception.InnerException);
        }
    }

    /// <summary>The last lines of a log, for messages.</summary>
    public async Task<string> LogAsync(string log) =>
        $"--- {log}\n" +
        (File.Exists(PathOf(log)) ? string.Join('\n', (await File.ReadAllLinesAsync(PathOf(log))).TakeLast(40)) : "(there is none)");

    /// <summary>Leaves everything behind, as a run that is killed does.</summary>
    public void Abandon() => _lock?.Dispose();

    public async ValueTask DisposeAsync()
    {
        if (System.IO.Directory.Exists(_control))
        {
            await File.WriteAllTextAsync(Path.Combine(_control, "cgroup.kill"), "1");
            await Poll.UntilAsync(
                $"the processes of {_control} end", s_endLimit,
                async () => (await File.ReadAllTextAsync(Path.Combine(_control, "cgroup.events"))).Contains("populated 0", StringComparison.Ordinal));
        }
        // Every hierarchy of control groups has a directory for the containers. Mounts went with their mount namespace.
        await Command.BashAsync(
            """
            for top in /sys/fs/cgroup/"$1" /sys/fs/cgroup/*/"$1"; do
                [ ! -d "$top" ] || find "$top" -depth -type d -exec rmdir {} \;
            done
            rm -rf --one-file-system "$2"
            """, Prefix + Id, Directory);
        File.Delete(LockPath);
        if (_lock is not null)
            await _lock.DisposeAsync();
    }

    private static async Task RemoveStaleAsync()
    {
        if (!System.IO.Directory.Exists(FilesRoot))
            return;
        foreach (var path in System.IO.Directory.GetFiles(FilesRoot, "*" + LockSuffix))
        {
            if (TryLock(path) is not { } stale)
                continue;
            await using var sandbox = new Sandbox(Path.GetFileNameWithoutExtension(path)) { _lock = stale };
        }
    }

    // An exclusive lock (flock), which ends with the process however it ends; null if another process has it.
    private static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
