using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bulwark.Model;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.EndToEnd.Harness;

/// <summary>The built executable on a host: <c>bulwark up</c> as a process, and every other command as a user types it.</summary>
public sealed class BulwarkProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(20);
    private static readonly JsonSerializerOptions s_json =
        new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    private readonly Host _host;
    private readonly string _files;
    private readonly string _log;
    private Process? _process;

    private BulwarkProcess(Host host, string name)
    {
        _host = host;
        _files = FilesOf(host, name);
        _log = $"bulwark-{name}.log";
    }

    /// <summary>The executable under test.</summary>
    public static string Executable { get; } =
        Environment.GetEnvironmentVariable("BULWARK_EXE") is { Length: > 0 } path ? path : Path.Combine(Repository.Root, "artifacts/publish/bulwark");

    /// <summary>Where its kernel programs and maps are pinned, as the host sees it.</summary>
    public const string BpfRoot = "/sys/fs/bpf/bulwark";

    /// <summary>Where the files of the Bulwark with that name are.</summary>
    public static string FilesOf(Host host, string name) => host.Sandbox.PathOf($"bulwark-{name}");

    private string Socket => _files + "/bulwark.sock";

    /// <summary>Starts Bulwark on <paramref name="host"/> knowing nothing, and waits until it answers. <paramref name="name"/> tells its files apart.</summary>
    public static async Task<BulwarkProcess> StartAsync(Host host, string name, Learning? learning = null)
    {
        if (!File.Exists(Executable))
            throw new FileNotFoundException($"There is no {Executable}: build it with deploy/publish, or run ./test.");
        var bulwark = new BulwarkProcess(host, name);
        if (Directory.Exists(bulwark._files))
            Directory.Delete(bulwark._files, recursive: true);
        Directory.CreateDirectory(bulwark._files);
        await File.WriteAllTextAsync(bulwark._files + "/config.json", (learning ?? Learning.Quick).ToConfiguration());
        await bulwark.UpAsync();
        return bulwark;
    }

    /// <summary>Starts it, at first or again, and waits until it answers and is connected to Docker.</summary>
    public async Task UpAsync()
    {
        Launch();
        await _host.Sandbox.UntilAsync(
            "bulwark is up", s_startLimit, [_log],
            async () => (await StatusAsync()).Agent.Runtimes is { IsDefaultOrEmpty: false } runtimes && runtimes.All(each => each.Connected));
    }

    /// <summary>Starts it, and does not wait for anything.</summary>
    public void Launch() => _process = _host.Machine.Start(
        _log, Executable, "up", "--docker", _host.DockerAddress, "--data-directory", _files + "/data", "--socket", Socket, "--bpf-root",
        BpfRoot, "--config", _files + "/config.json");

    /// <summary>Ends it at once, as a crash does: <c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Ends it as <c>systemctl stop</c> does, and gives its exit code.</summary>
    public async Task<int> StopAsync()
    {
        _ = (await Command.RunAsync("kill", "-TERM", _process!.Id.ToString(CultureInfo.InvariantCulture))).Text;
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    /// <summary>Takes it out of the kernel: <c>bulwark down</c>.</summary>
    public async Task DownAsync() => _ = (await RunAsync("down", "--bpf-root", BpfRoot)).Text;

    /// <summary>Runs a command.</summary>
    public Task<CommandResult> RunAsync(params IReadOnlyList<string> words) => _host.Machine.RunAsync([Executable, "--socket", Socket, .. words]);

    /// <summary>Runs a command line as a user would who copies it from Bulwark's hints: <c>bulwark allow 1042</c>.</summary>
    public Task<CommandResult> RunHintAsync(string hint) =>
        _host.Machine.BashAsync("""executable=$1; export BULWARK_SOCKET=$2; bulwark() { "$executable" "$@"; }; eval "$3" """, Executable, Socket, hint);

    public Task<StatusReport> StatusAsync() => AskAsync<StatusReport>("status");

    public Task<MapReport> MapAsync() => AskAsync<MapReport>("map");

    public Task<ImmutableArray<ZoneReport>> ZonesAsync() => AskAsync<ImmutableArray<ZoneReport>>("zones");

    public Task<ProfileReport> ProfileAsync(string workload) => AskAsync<ProfileReport>("profile", workload);

    public Task<ExplainReport> ExplainAsync(long id) => AskAsync<ExplainReport>("explain", id.ToString(CultureInfo.InvariantCulture));

    /// <summary>Events since <paramref name="since"/>, newest last.</summary>
    public Task<ImmutableArray<EventReport>> EventsAsync(DateTimeOffset since) =>
        AskAsync<ImmutableArray<EventReport>>("events", "--since", since.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));

    public async Task<WorkloadReport?> WorkloadAsync(string name) =>
        (await StatusAsync()).Workloads.SingleOrDefault(workload => workload.Name == name);

    /// <summary>Waits until a workload is in a mode, and says what it waited for if it never is.</summary>
    public async Task WaitForModeAsync(string workload, Mode mode, TimeSpan limit)
    {
        WorkloadReport? last = null;
        try
        {
            await Poll.UntilAsync($"{workload} is in {mode}", limit, async () => (last = await WorkloadAsync(workload))?.Mode == mode);
        }
        catch (TimeoutException exception)
        {
            var reason = last is null ? "it is not known" : $"it is in {last.Mode} and waits for: {string.Join("; ", last.WaitsFor)}";
            throw new TimeoutException($"{exception.Message} {reason}\n{await _host.Sandbox.LogAsync(_log)}", exception);
        }
    }

    /// <summary>Waits for the event of an attempt from or at <paramref name="workload"/>, and gives it.</summary>
    public async Task<EventReport> WaitForBlockedAsync(DateTimeOffset since, string workload, string direction, string peer, string port)
    {
        ImmutableArray<EventReport> seen = [];
        try
        {
            return await Poll.UntilAsync(
                $"blocked: {workload} {direction} {peer} {port}", TimeSpan.FromSeconds(10),
                async () => (seen = await EventsAsync(since)).LastOrDefault(item =>
                    item.Verdict == Verdict.Blocked && item.Workload == workload && item.Direction == direction && item.Peer == peer &&
                    item.Port == port));
        }
        catch (TimeoutException exception)
        {
            var lines = seen.Select(item => $"{item.Verdict} {item.Workload} {item.Direction} {item.Peer} {item.Port}: {item.Message}");
            throw new TimeoutException($"{exception.Message} Events:\n{string.Join('\n', lines)}", exception);
        }
    }

    /// <summary>Ends it and takes it out of the kernel, whatever state it is in.</summary>
    public async ValueTask DisposeAsync()
    {
        await RunAsync("down", "--bpf-root", BpfRoot);
        if (_process is { HasExited: false })
            await KillAsync();
        _process?.Dispose();
    }

    private async Task<T> AskAsync<T>(params IReadOnlyList<string> words)
    {
        var text = (await RunAsync([.. words, "-o", "json"])).Text;
        return JsonSerializer.Deserialize<T>(text, s_json) ?? throw new InvalidOperationException($"'bulwark {string.Join(' ', words)}' said nothing.");
    }
}
