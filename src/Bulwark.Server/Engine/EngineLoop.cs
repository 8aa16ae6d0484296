using System.Threading.Channels;
using Bulwark.Model.Observations;
using Bulwark.Server.Configuration;
using Bulwark.Server.Images;
using Microsoft.Extensions.Logging;

namespace Bulwark.Server.Engine;

/// <summary>
/// The one loop that changes state: takes observations in batches, a person's commands one by one, and every second looks whose time
/// has come and stores what changed.
/// </summary>
internal sealed partial class EngineLoop
{
    private const int Batch = 4096;
    private static readonly TimeSpan CompactEvery = TimeSpan.FromHours(1);

    private readonly Channel<Observation> _observations;
    private readonly Channel<Action> _commands = Channel.CreateBounded<Action>(256);
    private readonly StateWriter _state;
    private readonly ServerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<EngineLoop> _logger;
    private readonly PolicyApplier _policies;
    private readonly ObservationFolder _folder;
    private readonly DriftWatch _drift;
    private readonly ProfileChanger _changer;
    private readonly Func<long> _takeDropped;
    private DateTimeOffset _compacted = DateTimeOffset.MinValue;

    public EngineLoop(
        StateWriter state, Channel<Observation> observations, Func<long> takeDropped, IAgent agent, ExecutableOrigins origins, ServerOptions options,
        TimeProvider time, ILoggerFactory loggers)
    {
        _state = state;
        _observations = observations;
        _takeDropped = takeDropped;
        _options = options;
        _time = time;
        _logger = loggers.CreateLogger<EngineLoop>();
        _policies = new(state, agent, time, loggers.CreateLogger<PolicyApplier>());
        _drift = new(state, origins);
        _folder = new(state, _policies, _drift, origins, options.Learning);
        _changer = new(state, _policies);
    }

    public ProfileChanger Changer => _changer;

    /// <summary>Runs a command in the loop, stores what it changed, and returns what it said.</summary>
    public async Task<T> Run<T>(Func<T> command, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _commands.Writer.WriteAsync(() =>
        {
            try
            {
                var result = command();
                Settle();
                _state.Save();
                done.SetResult(result);
            }
            catch (Exception e)
            {
                // What it did before it failed is in the kernel, so it must show.
                Settle();
                done.SetException(e);
            }
        }, cancellation).ConfigureAwait(false);
        return await done.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Brings the kernel to what is stored. Before anything else is done.</summary>
    public void Restore()
    {
        _policies.Restore();
        Settle();
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1), _time);
        var tick = second.WaitForNextTickAsync(CancellationToken.None).AsTask();
        var observation = _observations.Reader.WaitToReadAsync(cancellation).AsTask();
        var command = _commands.Reader.WaitToReadAsync(cancellation).AsTask();
        try
        {
            while (true)
            {
                await Task.WhenAny(observation, command, tick).ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
                if (observation.IsCompleted)
                {
                    await observation.ConfigureAwait(false);
                    FoldBatch();
                    observation = _observations.Reader.WaitToReadAsync(cancellation).AsTask();
                }
                if (command.IsCompleted)
                {
                    await command.ConfigureAwait(false);
                    while (_commands.Reader.TryRead(out var action))
                        action();
                    command = _commands.Reader.WaitToReadAsync(cancellation).AsTask();
                }
                if (tick.IsCompleted)
                {
                    Tick();
                    tick = second.WaitForNextTickAsync(CancellationToken.None).AsTask();
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Stop();
        }
    }

    private void Stop()
    {
        _commands.Writer.TryComplete();
        FoldBatch();
        while (_commands.Reader.TryRead(out var action))
            action();
        _folder.TellLosses(_time.GetUtcNow());
        _state.Save();
        _state.Events.Complete();
    }

    private void FoldBatch()
    {
        for (var i = 0; i < Batch && _observations.Reader.TryRead(out var observation); i++)
        {
            try
            {
                _folder.Fold(observation);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // One observation that makes no sense must not stop protection; it is counted as lost.
                LogNotFolded(e, observation.GetType().Name);
                _folder.Lose("not understood", 1, _time.GetUtcNow());
            }
        }
        Settle();
    }

    private void Tick()
    {
        var now = _time.GetUtcNow();
        if (_takeDropped() is > 0 and var dropped)
            _folder.Lose("the server's queue was full", dropped, now);
        _folder.TellLosses(now);
        _drift.Look(now);
        if (_options.Auto)
            _changer.AdvanceAll(_options.Learning, now);
        Settle();
        try
        {
            _state.Save();
            if (now - _compacted >= CompactEvery)
            {
                _compacted = now;
                _policies.Prune(now - _options.Outside);
                _state.Compact(now, _options.Activity);
            }
            _state.Warn(NotStored, false);
        }
        catch (Microsoft.Data.Sqlite.SqliteException e)
        {
            // Kept in memory and tried again at the next tick.
            LogNotStored(e);
            _state.Warn(NotStored, true);
        }
        _state.Publish();
    }

    private void Settle()
    {
        var now = _time.GetUtcNow();
        try
        {
            _policies.Settle(now, (workload, e) => _changer.TellNotApplied(workload, e, now));
        }
        catch (Microsoft.Data.Sqlite.SqliteException e)
        {
            // Identities that are not stored stay unknown to the kernel; the next tick tries again.
            LogNotStored(e);
        }
        _state.Publish();
    }

    private const string NotStored =
        "The database cannot be written: what is learnt now is lost if Bulwark ends. See the log, and make room on the disk.";

    [LoggerMessage(10, LogLevel.Error, "An observation ({Kind}) could not be folded into the profiles.")]
    private partial void LogNotFolded(Exception e, string kind);

    [LoggerMessage(11, LogLevel.Error, "The database could not be written.")]
    private partial void LogNotStored(Exception e);
}
