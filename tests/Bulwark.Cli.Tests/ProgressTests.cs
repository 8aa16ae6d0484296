using Bulwark.Cli.Output;
using Microsoft.Extensions.Time.Testing;

namespace Bulwark.Cli.Tests;

public sealed class ProgressTests
{
    [Theory]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    [InlineData(false, false, false)]
    public async Task Only_a_person_who_waits_longer_than_a_second_is_told_why(bool terminal, bool quiet, bool expected)
    {
        var clock = new FakeTimeProvider();
        using var error = new StringWriter();
        var work = new TaskCompletionSource<int>();
        var watched = Progress.WatchAsync(
            new Terminal { Out = TextWriter.Null, Error = error, ErrorIsTerminal = terminal, Clock = clock }, quiet, "Replaying", work.Task);

        clock.Advance(TimeSpan.FromMilliseconds(900));
        Assert.Equal("", error.ToString());
        clock.Advance(TimeSpan.FromMilliseconds(200));
        for (var tries = 0; expected && error.ToString().Length == 0 && tries < 500; tries++)
            await Task.Delay(10);
        work.SetResult(7);

        Assert.Equal(7, await watched);
        Assert.Equal(expected, error.ToString().Contains("Replaying … 1s", StringComparison.Ordinal));
        Assert.True(!expected || error.ToString().EndsWith('\r'));
    }
}
