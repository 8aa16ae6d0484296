using System.Net;
using Bulwark.Agent.Starts;
using Bulwark.Model.Workloads;
using Bulwark.Runtimes;

namespace Bulwark.Agent.Tests.Starts;

public sealed class AwaitedStartsTests : IDisposable
{
    private const string Id = "c1";
    private const int FirstProcess = 40;
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly AwaitedStarts _starts = new();
    private readonly MadeUpProcess _process = new() { Id = FirstProcess };

    public void Dispose() => _process.Dispose();

    [Fact]
    public void Nobody_is_answered_before_the_container_is_watched()
    {
        var start = Ask(TimeSpan.FromSeconds(5));
        start.Missing = "Docker did not tell of it";

        _starts.Settle(s_now + TimeSpan.FromSeconds(4));

        Assert.False(start.Answer.IsCompleted);
        Assert.Equal([start], _starts.Waiting);
    }

    [Fact]
    public async Task Who_waits_is_told_as_soon_as_the_container_is_watched()
    {
        var start = Ask(TimeSpan.FromSeconds(5));
        var other = Ask(TimeSpan.FromSeconds(5));
        start.Missing = "";

        _starts.Settle(s_now);

        Assert.Equal(StartQuestion.Ready, await start.Answer);
        Assert.Equal([other], _starts.Waiting);
    }

    [Fact]
    public async Task Who_waited_long_enough_is_told_what_is_missing()
    {
        var start = Ask(TimeSpan.FromSeconds(5));
        start.Missing = "Docker did not tell of it";

        _starts.Settle(s_now + TimeSpan.FromSeconds(5));

        Assert.Equal("Docker did not tell of it", await start.Answer);
        Assert.False(_starts.AreWatched);
    }

    [Fact]
    public void Only_what_runtimes_tell_of_is_known_and_only_until_it_is_removed()
    {
        Assert.Null(_starts.Told(Id));
        var told = Stopped();
        _starts.Take([told]);
        Assert.Equal(told.Container, _starts.Told(Id));

        _starts.Take([new ContainerRemoved(Id)]);

        Assert.Null(_starts.Told(Id));
    }

    [Fact]
    public void What_is_told_of_others_goes_on_as_it_is()
    {
        Started();
        RuntimeChange[] changes = [new ContainerChanged(new("c2", "other")), new NetworkRemoved("n"), new ContainerRemoved("c3")];

        Assert.Equal(changes, _starts.Take(changes));
    }

    [Fact]
    public void An_account_from_before_the_start_does_not_count_while_the_process_is_there()
    {
        Started();

        Assert.Empty(_starts.Take([Stopped(), Running(FirstProcess - 1)]));
        Assert.Empty(_starts.TakeEnded());
    }

    [Fact]
    public void The_account_that_the_container_runs_counts_and_so_does_everything_after_it()
    {
        Started();
        RuntimeChange[] changes = [Running(FirstProcess), Stopped()];

        Assert.Equal(changes, _starts.Take(changes));
        Assert.True(_process.IsDisposed);
    }

    [Fact]
    public void When_the_process_ends_before_anybody_said_that_it_runs_the_last_account_counts()
    {
        Started();
        var last = Stopped();
        _starts.Take([Running(FirstProcess - 1), last]);
        _process.IsThere = false;

        Assert.Equal([last], _starts.TakeEnded());
        Assert.Empty(_starts.TakeEnded());
        Assert.False(_starts.AreWatched);
        Assert.True(_process.IsDisposed);
    }

    [Fact]
    public void An_account_that_comes_after_the_process_ended_counts()
    {
        Started();
        _process.IsThere = false;
        var account = Stopped();

        Assert.Equal([account], _starts.Take([account]));
    }

    [Fact]
    public void A_process_is_there_until_it_ends_and_another_does_not_stand_for_it()
    {
        using var sleep = System.Diagnostics.Process.Start("sleep", "infinity");
        using var process = Agent.Starts.FirstProcess.Open(sleep.Id);
        Assert.True(process.IsThere);

        sleep.Kill();
        sleep.WaitForExit();

        Assert.False(process.IsThere);
        Assert.ThrowsAny<IOException>(() => Agent.Starts.FirstProcess.Open(sleep.Id));
    }

    private static ContainerChanged Stopped() => new(new Container(Id, "web"));

    private static ContainerChanged Running(int process) => new(new Container(Id, "web")
    {
        IsRunning = true,
        ProcessId = process,
        Networks = [new("bridge", "n1", [IPAddress.Parse("172.17.0.2")], "02:42:ac:11:00:02")],
    });

    private AwaitedStart Ask(TimeSpan wait)
    {
        var start = new AwaitedStart(new(Id, FirstProcess, wait), s_now + wait);
        _starts.Add(start);
        return start;
    }

    private void Started()
    {
        _starts.Take([Stopped()]);
        _starts.Start(Id, _process);
    }

    private sealed class MadeUpProcess : IFirstProcess
    {
        public int Id { get; init; }

        public bool IsThere { get; set; } = true;

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
