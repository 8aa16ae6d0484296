using System.Globalization;

namespace Bulwark.EndToEnd.Harness;

/// <summary>What one program in a container does all the time, a hundred times a second at most.</summary>
public enum LoadKind
{
    /// <summary>Opens a connection.</summary>
    Knock,

    /// <summary>Opens a connection to Redis, and asks whether it is there.</summary>
    Ask,

    /// <summary>Asks Redis over one connection, opened at the start and never again.</summary>
    Hold,
}

/// <summary>A program in a container that talks with one server until it is stopped, and counts how often that worked.</summary>
public sealed class Load
{
    // Replaces its result as a whole, so that it can be read at any time.
    private const string Script =
        """
        import os, socket, sys, time
        kind, host, port, name = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
        succeeded = failed = 0
        why = ''
        def ask(s):
            s.sendall(b'PING\r\n')
            if s.recv(64) != b'+PONG\r\n':
                raise OSError('no answer')
        held = socket.create_connection((host, port), 5) if kind == 'Hold' else None
        while not os.path.exists(name + '.stop'):
            try:
                if held:
                    ask(held)
                else:
                    with socket.create_connection((host, port), 5) as s:
                        if kind == 'Ask':
                            ask(s)
                succeeded += 1
            except OSError as e:
                failed += 1
                why = str(e)
            with open(name + '.new', 'w') as f:
                f.write('%d %d %s' % (succeeded, failed, why))
            os.rename(name + '.new', name)
            time.sleep(0.01)
        open(name + '.done', 'w').close()
        """;

    private readonly ThreeTierApplication _application;
    private readonly string _service;
    private readonly string _file = $"/tmp/load-{Guid.NewGuid():N}";

    private Load(ThreeTierApplication application, string service) => (_application, _service) = (application, service);

    public static async Task<Load> StartAsync(ThreeTierApplication application, string service, LoadKind kind, string server, int port)
    {
        var load = new Load(application, service);
        var program = Script.Replace("'", "'\\''", StringComparison.Ordinal);
        await application.ExecDetachedAsync(
            service, string.Create(CultureInfo.InvariantCulture, $"exec python3 -c '{program}' {kind} {server} {port} {load._file}"));
        await Poll.UntilAsync($"{service} talks with {server}", TimeSpan.FromSeconds(20), async () => (await load.ReadAsync()).Tried > 0);
        return load;
    }

    /// <summary>How it went so far.</summary>
    public async Task<LoadResult> ReadAsync()
    {
        var words = (await _application.ExecAsync(_service, "cat " + _file)).Text.Split(' ', 3);
        return new(int.Parse(words[0], CultureInfo.InvariantCulture), int.Parse(words[1], CultureInfo.InvariantCulture), words.Length > 2 ? words[2] : "");
    }

    /// <summary>Ends it, and tells how it went.</summary>
    public async Task<LoadResult> StopAsync()
    {
        _ = (await _application.ExecAsync(_service, $"touch {_file}.stop")).Text;
        await Poll.UntilAsync("the load ends", TimeSpan.FromSeconds(20), async () => (await _application.ExecAsync(_service, $"test -e {_file}.done")).Succeeded);
        return await ReadAsync();
    }
}

/// <param name="Why">Of the last that failed.</param>
public sealed record LoadResult(int Succeeded, int Failed, string Why)
{
    public int Tried => Succeeded + Failed;
}
