using System.Globalization;
using System.Text;
using System.Text.Json;
using Bulwark.Cli.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Bulwark.Cli.Tests;

/// <summary>
/// Stands in for Bulwark's server: a real HTTP server on a real unix socket, but with canned answers. So these tests check the
/// command line's side of the contract only; that the real server keeps its side is for the server's tests.
/// </summary>
internal sealed class CannedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("bulwark-cli-");
    private readonly Dictionary<string, Func<HttpContext, Task>> _answers = new(StringComparer.Ordinal);

    private CannedServer()
    {
        Socket = Path.Combine(_directory.FullName, "s");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public string Socket { get; }

    /// <summary>Method, path as sent, query, and body of every request.</summary>
    public List<(string Request, string Body)> Requests { get; } = [];

    public static async Task<CannedServer> StartAsync()
    {
        var server = new CannedServer();
        await server._app.StartAsync();
        return server.With("GET /v1/status", Sample.Status).With("GET /v1/workloads", Sample.Workloads).With("GET /v1/map", Sample.Map)
            .With("GET /v1/zones", Sample.Zones).With("GET /v1/profiles/shop%2Fweb", Sample.Profile).With("GET /v1/events", Sample.Events)
            .With("GET /v1/events/1042", Sample.Explained).With("POST /v1/allow", Sample.Allowed).With("POST /v1/forget", Sample.Forgotten)
            .With("POST /v1/mode", Sample.ModeChanged).With("POST /v1/simulate", Sample.Simulated);
    }

    public CannedServer With<T>(string request, T answer) =>
        With(request, 200, "application/json", JsonSerializer.Serialize(answer, CliJson.Compact<T>()));

    public CannedServer With(string request, int status, string type, string body) => With(request, async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body, Encoding.UTF8);
    });

    public CannedServer With(string request, Func<HttpContext, Task> answer)
    {
        _answers[request] = answer;
        return this;
    }

    public Task StopAsync() => _app.StopAsync(new CancellationToken(canceled: true));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _app.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        // The path as it was sent, because "%2F" in a workload's name must not become a "/".
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        lock (Requests)
            Requests.Add((string.Create(CultureInfo.InvariantCulture, $"{context.Request.Method} {target}"), body));
        if (_answers.TryGetValue($"{context.Request.Method} {target.Split('?')[0]}", out var answer))
            await answer(context);
        else
            context.Response.StatusCode = 404;
    }
}
