using System.Collections.Concurrent;
using Bulwark.Runtimes.Docker;
using Microsoft.Extensions.Logging;

namespace Bulwark.Runtimes.Tests.Docker;

public sealed class MissingDaemonTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bulwark-missing-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_daemon_that_is_not_there_is_told_once_however_often_it_is_tried_and_again_when_something_else_is_wrong()
    {
        var socket = Path.Combine(_directory.FullName, "docker.sock");
        using var client = new DockerClient("unix://" + socket);
        var log = new Lines();
        var watcher = new DockerWatcher(client, new() { FirstRetry = TimeSpan.FromMilliseconds(1), LongestRetry = TimeSpan.FromMilliseconds(2) }, log: log);
        using var stop = new CancellationTokenSource();
        var watching = watcher.RunAsync(_ => ValueTask.CompletedTask, stop.Token);

        await UntilAsync(() => !log.Told.IsEmpty);
        await Task.Delay(100);
        var first = Assert.Single(log.Told);
        Assert.Contains("there is no such socket", first, StringComparison.Ordinal);

        await File.WriteAllTextAsync(socket, "no socket");
        await UntilAsync(() => log.Told.Count > 1);
        await Task.Delay(100);
        Assert.True(log.Told.Count == 2, string.Join("\n", log.Told));

        await stop.CancelAsync();
        await watching;
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!isSo())
            await Task.Delay(5, limit.Token);
    }

    private sealed class Lines : ILogger<DockerWatcher>
    {
        public ConcurrentQueue<string> Told { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Told.Enqueue(formatter(state, exception));
    }
}
