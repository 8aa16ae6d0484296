using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using Bulwark.Server.Api.Contracts;
using Bulwark.Server.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Bulwark.Server.Api;

/// <summary>Events as they happen, as server-sent events (WHATWG HTML, 9.2).</summary>
internal static class FollowEndpoint
{
    // Per client. A client that is slower than this loses events, not the server its memory.
    private const int Buffer = 4096;
    private const int MostEarlier = 10_000;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    public static void Map(IEndpointRouteBuilder routes, ApiContext api) =>
        routes.MapGet("/v1/events/follow", context => Follow(context, api));

    private static async Task Follow(HttpContext context, ApiContext api)
    {
        var query = RequestReader.Query(context, api.State, api.Now);
        // Followed before the earlier ones are read, so that none falls between.
        using var following = api.Events.Follow(Buffer, out var events);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        var cancellation = context.RequestAborted;
        await context.Response.StartAsync(cancellation).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(cancellation).ConfigureAwait(false);
        var last = 0L;
        if (query.Since is not null)
        {
            foreach (var report in api.Events.Newest(query, MostEarlier))
            {
                await Write(context, report, cancellation).ConfigureAwait(false);
                last = report.Id;
            }
        }
        try
        {
            await WriteNew(context, query, events, last, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The client is gone: that is how following ends.
        }
    }

    private static async Task WriteNew(
        HttpContext context, EventQuery query, ChannelReader<EventReport> events, long last, CancellationToken cancellation)
    {
        var more = events.WaitToReadAsync(cancellation).AsTask();
        while (true)
        {
            if (await Task.WhenAny(more, Task.Delay(Silence, cancellation)).ConfigureAwait(false) != more)
            {
                // A comment: shows on a dead connection that nobody listens.
                await context.Response.WriteAsync(":\n\n", cancellation).ConfigureAwait(false);
                await context.Response.Body.FlushAsync(cancellation).ConfigureAwait(false);
                continue;
            }
            if (!await more.ConfigureAwait(false))
                return;
            while (events.TryRead(out var report))
            {
                if (report.Id > last && query.Matches(report))
                    await Write(context, report, cancellation).ConfigureAwait(false);
            }
            more = events.WaitToReadAsync(cancellation).AsTask();
        }
    }

    private static async Task Write(HttpContext context, EventReport report, CancellationToken cancellation)
    {
        var json = JsonSerializer.Serialize(report, ApiJson.Default.EventReport);
        await context.Response.WriteAsync(
            string.Create(CultureInfo.InvariantCulture, $"id: {report.Id}\ndata: {json}\n\n"), cancellation).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(cancellation).ConfigureAwait(false);
    }
}
