using System.Collections.Concurrent;
using Bulwark.Model.Workloads;
using Bulwark.Runtimes.Docker;

namespace Bulwark.Runtimes.Tests.Docker;

/// <summary>A watcher that runs, and what it told so far.</summary>
internal sealed class Watch : IAsyncDisposable
{
    private readonly ConcurrentQueue<RuntimeChange> _changes = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly DockerClient _client;
    private readonly Task _running;

    public Watch(DockerDaemon daemon)
    {
        _client = new(daemon.Endpoint);
        Watcher = new(_client);
        _running = Watcher.RunAsync(change =>
        {
            _changes.Enqueue(change);
            return ValueTask.CompletedTask;
        }, _stop.Token);
    }

    public DockerWatcher Watcher { get; }

    public IReadOnlyCollection<RuntimeChange> Changes => _changes;

    public static async Task<Watch> ConnectedAsync(DockerDaemon daemon)
    {
        var watch = new Watch(daemon);
        await watch.UntilAsync(() => watch.Watcher.Connected);
        return watch;
    }

    /// <summary>What was told of one container, oldest first.</summary>
    public IEnumerable<Container> Of(string id) =>
        [.. _changes.OfType<ContainerChanged>().Select(c => c.Container).Where(c => c.Id == id)];

    /// <summary>Waits for what is going to be so; fails after 30 seconds.</summary>
    public async Task UntilAsync(Func<bool> condition)
    {
        for (var waited = 0; !condition(); waited += 20)
        {
            if (_running.IsCompleted)
                await _running;
            Assert.True(waited < 30_000, $"not so after 30 s; last error: {Watcher.LastError}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _client.Dispose();
    }
}
