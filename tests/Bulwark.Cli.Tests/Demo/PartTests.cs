using System.Net;
using System.Net.Sockets;
using Bulwark.Cli.Hosting.Demo.Parts;

namespace Bulwark.Cli.Tests.Demo;

public sealed class PartTests
{
    [Fact]
    public async Task The_database_counts_and_whoever_reaches_it_reads_the_count()
    {
        using var stop = new CancellationTokenSource();
        var port = FreePort();
        var serving = TinyDatabase.ServeAsync([port], stop.Token);
        using var output = new StringWriter { NewLine = "\n" };

        var first = long.Parse(await TinyDatabase.AskAsync("localhost", port, ["INCR", TinyDatabase.Visits], stop.Token), System.Globalization.CultureInfo.InvariantCulture);
        await TinyDatabase.AskAsync("localhost", port, ["INCR", TinyDatabase.Visits], stop.Token);

        Assert.Equal(ExitCode.Ok, await Reach.RunAsync("localhost", (ushort)port, output, stop.Token));
        Assert.Equal($"localhost:{port} gave its data: {first + 1} visits\n", output.ToString());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_not_reached_and_why_is_said()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var port = FreePort();

        Assert.Equal(ExitCode.Failed, await Reach.RunAsync("localhost", (ushort)port, output, CancellationToken.None));
        Assert.StartsWith($"localhost:{port} not reached: Connection refused", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_is_fetched_and_one_that_cannot_be_made_is_a_failure()
    {
        using var stop = new CancellationTokenSource();
        var port = FreePort();
        var broken = false;
        var serving = Part.ServeAsync(
            port, (stream, cancel) => TinyHttp.AnswerAsync(stream, _ => broken ? throw new IOException("no database") : Task.FromResult("visit 1"), cancel), stop.Token);

        Assert.Equal("visit 1", await TinyHttp.GetAsync("localhost", port, stop.Token));
        broken = true;
        var failure = await Assert.ThrowsAsync<InvalidDataException>(() => TinyHttp.GetAsync("localhost", port, stop.Token));

        Assert.Contains("502 Bad Gateway", failure.Message, StringComparison.Ordinal);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
    }

    [Fact]
    public async Task Nobody_is_offered_the_parts_but_they_run()
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Usage, await shell.RunAsync(["demo-part", "no-such-part"]));
        Assert.Contains("no such part", shell.Error, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
