using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bulwark.Runtimes.Docker;

/// <summary>
/// Tells of the containers and networks of one Docker daemon: first of all that there are, then of every change. It outlives the
/// daemon: when that is gone it tries again, and tells of whatever changed meanwhile.
/// </summary>
public sealed partial class DockerWatcher
{
    private readonly DockerClient _client;
    private readonly DockerWatcherOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private volatile bool _connected;
    private volatile string? _lastError;

    public DockerWatcher(
        DockerClient client, DockerWatcherOptions? options = null, TimeProvider? time = null, ILogger<DockerWatcher>? log = null)
    {
        _client = client;
        _options = options ?? new();
        _time = time ?? TimeProvider.System;
        _log = log ?? NullLogger<DockerWatcher>.Instance;
    }

    /// <summary>Whether events are followed and everything that there was has been told.</summary>
    public bool Connected => _connected;

    /// <summary>Why the daemon could not be followed the last time, or null while it never failed.</summary>
    public string? LastError => _lastError;

    /// <summary>
    /// Watches until cancelled, then returns. The sink is called by one at a time; what it throws ends the watch and comes out here.
    /// </summary>
    public async Task RunAsync(Func<RuntimeChange, ValueTask> sink, CancellationToken cancellationToken)
    {
        using var picture = new DockerPicture(sink);
        var wait = _options.FirstRetry;
        var told = "";
        try
        {
            while (true)
            {
                try
                {
                    await new DockerSession(_client, _options, _time, picture, OnConnected).RunAsync(cancellationToken).ConfigureAwait(false);
                    _lastError = $"the daemon at {_client.Endpoint} ended its events";
                }
                catch (DockerException e)
                {
                    _lastError = e.Message;
                }
                if (_connected)
                    (wait, told) = (_options.FirstRetry, "");
                _connected = false;
                // Once, however long it stays so; the status tells it at any time.
                if (_lastError != told)
                    LogLost(told = _lastError, _options.LongestRetry.TotalSeconds);
                await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
                wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, _options.LongestRetry.Ticks));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Asked for.
        }
        finally
        {
            _connected = false;
        }
    }

    private void OnConnected()
    {
        _connected = true;
        LogConnected(_client.Endpoint);
    }

    [LoggerMessage(1, LogLevel.Information, "Following Docker at {Endpoint}")]
    private partial void LogConnected(string endpoint);

    [LoggerMessage(2, LogLevel.Warning, "Docker cannot be followed, and is tried again every {Seconds} s or sooner: {Reason}")]
    private partial void LogLost(string reason, double seconds);
}
