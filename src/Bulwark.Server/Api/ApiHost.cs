using System.Threading.Channels;
using Bulwark.Server.Configuration;
using Bulwark.Server.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bulwark.Server.Api;

/// <summary>The API on its unix socket.</summary>
internal sealed partial class ApiHost : IAsyncDisposable
{
    private const long MaximumBody = 1 << 20;
    private const long MaximumConnections = 256;

    private readonly WebApplication _application;
    private readonly ServerOptions _options;
    private bool _started;

    private ApiHost(WebApplication application, ServerOptions options)
    {
        _application = application;
        _options = options;
    }

    /// <exception cref="AlreadyRunningException">A server answers on the socket.</exception>
    public static ApiHost Create(ApiContext api, ServerOptions options, ILoggerFactory loggers)
    {
        ApiSocket.Prepare(options.Socket, options.Group);
        // Empty, not slim: the server has its own configuration, and must not read an appsettings.json of the directory it is started in.
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaximumBody;
            kestrel.Limits.MaxConcurrentConnections = MaximumConnections;
            kestrel.ListenUnixSocket(options.Socket);
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        builder.Services.AddLogging();
        // Signals are the business of the process that the server runs in.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        var application = builder.Build();
        var logger = loggers.CreateLogger<ApiHost>();
        application.Use((context, next) => Answer(context, next, logger));
        application.UseRouting();
        Map(application, api);
        application.MapFallback(context => Responses.Write(context, new RequestException(404, "Unknown call",
            $"There is no {context.Request.Method} {context.Request.Path}.", "bulwark --help")));
        return new(application, options);
    }

    /// <summary>Every call of the API; <c>docs/api.md</c> describes them.</summary>
    public static void Map(IEndpointRouteBuilder routes, ApiContext api)
    {
        ReadEndpoints.Map(routes, api);
        ChangeEndpoints.Map(routes, api);
        FollowEndpoint.Map(routes, api);
    }

    public async Task StartAsync(CancellationToken cancellation)
    {
        await _application.StartAsync(cancellation).ConfigureAwait(false);
        _started = true;
        ApiSocket.Open(_options.Socket, _options.Group);
    }

    public async ValueTask DisposeAsync()
    {
        if (_started)
            await _application.StopAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        if (_started)
            File.Delete(_options.Socket);
    }

    private static async Task Answer(HttpContext context, RequestDelegate next, ILogger logger)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (RequestException e)
        {
            await Responses.Write(context, e).ConfigureAwait(false);
        }
        catch (BadHttpRequestException e)
        {
            await Responses.Write(context, new Contracts.Problem("Bad request", e.StatusCode, e.Message, "")).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            await Responses.Write(context, new Contracts.Problem("Ending", 503, "The server is ending.", "bulwark status")).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; there is nobody to answer.
        }
        catch (Exception e)
        {
            LogFailed(logger, e, context.Request.Method, context.Request.Path);
            await Responses.Write(context, new Contracts.Problem("Internal error", 500, e.Message,
                "See the server's log, for example: journalctl -u bulwark")).ConfigureAwait(false);
        }
    }

    [LoggerMessage(20, LogLevel.Error, "{Method} {Path} failed.")]
    private static partial void LogFailed(ILogger logger, Exception e, string method, PathString path);

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
