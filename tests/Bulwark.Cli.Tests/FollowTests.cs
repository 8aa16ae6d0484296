using System.Text.Json;
using Bulwark.Cli.Api;
using Bulwark.Server.Api.Contracts;
using Microsoft.AspNetCore.Http;

namespace Bulwark.Cli.Tests;

public sealed class FollowTests
{
    [Fact]
    public async Task Followed_events_are_lines_in_columns_and_the_end_of_the_server_is_an_error()
    {
        await using var server = await CannedServer.StartAsync();
        server.With("GET /v1/events/follow", context => SendAsync(context, Sample.Events));
        var shell = new Shell();

        Assert.Equal(ExitCode.Unreachable, await shell.RunAsync(server, "events", "--follow"));
        GoldenFile.Check("events-follow.txt", shell.Out);
        Assert.Contains("the server ended the stream of events", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Followed_events_in_JSON_are_one_document_a_line()
    {
        await using var server = await CannedServer.StartAsync();
        server.With("GET /v1/events/follow", context => SendAsync(context, Sample.Events));
        var shell = new Shell();

        await shell.RunAsync(server, "events", "--follow", "-o", "json", "--verdict", "blocked");

        Assert.Equal(
            Sample.Events, shell.Out.TrimEnd('\n').Split('\n').Select(line => JsonSerializer.Deserialize(line, CliJson.Compact<EventReport>())));
        Assert.Equal("GET /v1/events/follow?verdict=blocked", server.Requests[0].Request);
    }

    [Fact]
    public async Task Interrupting_ends_with_130_and_no_message()
    {
        await using var server = await CannedServer.StartAsync();
        using var interrupt = new CancellationTokenSource();
        server.With("GET /v1/events/follow", async context =>
        {
            await SendAsync(context, Sample.Events);
            await interrupt.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        var shell = new Shell();

        Assert.Equal(ExitCode.Interrupted, await shell.RunAsync(["events", "-f", "--socket", server.Socket], interrupt.Token));
        Assert.Equal("", shell.Error);
    }

    private static async Task SendAsync(HttpContext context, IEnumerable<EventReport> events)
    {
        context.Response.ContentType = "text/event-stream";
        foreach (var item in events)
            await context.Response.WriteAsync($": keep-alive\n\nid: {item.Id}\ndata: {JsonSerializer.Serialize(item, CliJson.Compact<EventReport>())}\n\n");
        await context.Response.Body.FlushAsync();
    }
}
