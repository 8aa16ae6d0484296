using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;

namespace Bulwark.Cli.Authorization;

/// <summary>
/// Docker's authorization plugin, a process of its own: Docker does nothing at all while its plugin does not answer, so it holds no state,
/// needs nothing, and lets what only reads pass without asking anyone.
/// </summary>
internal sealed class AuthorizationPlugin(PluginOptions options, Action<string> log)
{
    // Twice the body that Docker shows, in base64, with its headers.
    private const long LargestQuestion = 4 << 20;
    private const string MediaType = "application/vnd.docker.plugins.v1.2+json";
    private const UnixFileMode SocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly SystemdNotifier _notifier = new();

    /// <summary>Answers until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        // systemd holds the socket, so that questions wait while the plugin is started again.
        var isGiven = int.TryParse(Environment.GetEnvironmentVariable("LISTEN_FDS"), CultureInfo.InvariantCulture, out var given) && given > 0;
        if (!isGiven)
            Prepare();
        using var server = new ServerClient(options, log);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestQuestion;
            if (isGiven)
                kestrel.UseSystemd();
            else
                kestrel.ListenUnixSocket(options.PluginSocket);
        });
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        await using var application = builder.Build();
        application.Run(context => AnswerAsync(context, server));
        await application.StartAsync(cancel).ConfigureAwait(false);
        if (!isGiven)
            File.SetUnixFileMode(options.PluginSocket, SocketMode);
        _notifier.Notify(ServiceState.Ready);
        try
        {
            await WatchAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            await application.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(HttpContext context, ServerClient server)
    {
        switch (context.Request.Path.Value)
        {
            case "/Plugin.Activate":
                await WriteAsync(context, new(["authz"]), PluginJson.Default.PluginActivation).ConfigureAwait(false);
                break;
            case "/AuthZPlugin.AuthZReq":
                await WriteAsync(context, await JudgeAsync(context, server).ConfigureAwait(false), PluginJson.Default.PluginAnswer).ConfigureAwait(false);
                break;
            case "/AuthZPlugin.AuthZRes":
                // What Docker answers was judged before it was done.
                await WriteAsync(context, new(true), PluginJson.Default.PluginAnswer).ConfigureAwait(false);
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    private async Task<PluginAnswer> JudgeAsync(HttpContext context, ServerClient server)
    {
        PluginQuestion? question;
        try
        {
            question = await JsonSerializer.DeserializeAsync(context.Request.Body, PluginJson.Default.PluginQuestion, context.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (e is JsonException or BadHttpRequestException)
        {
            log($"refused: Docker's question is not understood: {e.Message}");
            return new(false, "Bulwark refuses this, because Docker's question is not understood.");
        }
        var step = question is null ? PluginStep.Refuse("Docker asked nothing") : QuestionReader.Read(question, options.Daemon);
        if (step.Refusal.Length > 0)
        {
            log($"refused {question?.RequestMethod} {Model.Enforcement.ShellWord.Printable(PathOf(question))}: {step.Refusal}");
            return new(false, step.Refusal);
        }
        return step.Request is null ? new(true) : await server.AskAsync(step.Request, context.RequestAborted).ConfigureAwait(false);
    }

    // Parameters may hold what no log should have.
    private static string PathOf(PluginQuestion? question) => question?.RequestUri?.Split('?')[0] ?? "";

    private static async Task WriteAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = MediaType;
        await JsonSerializer.SerializeAsync(context.Response.Body, answer, type, context.RequestAborted).ConfigureAwait(false);
    }

    // As long as systemd asks for a sign of life it gets one, but only while questions are answered.
    private async Task WatchAsync(CancellationToken cancel)
    {
        if (!long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), CultureInfo.InvariantCulture, out var microseconds) || microseconds <= 0)
        {
            await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }
        using var pulse = new PeriodicTimer(TimeSpan.FromMicroseconds(microseconds / 2.0));
        try
        {
            do
            {
                if (await AnswersAsync(cancel).ConfigureAwait(false))
                    _notifier.Notify(new ServiceState("WATCHDOG=1"));
            }
            while (await pulse.WaitForNextTickAsync(cancel).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // It ends.
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(s_patience);
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(options.PluginSocket), token).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        });
        try
        {
            using var answer = await http.PostAsync(new Uri("http://plugin/Plugin.Activate"), null, patience.Token).ConfigureAwait(false);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            log($"no answer from {options.PluginSocket}: {e.Message}");
            return false;
        }
    }

    private void Prepare()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(options.PluginSocket))!);
        if (!File.Exists(options.PluginSocket))
            return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(options.PluginSocket));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(options.PluginSocket);
            return;
        }
        throw new IOException($"another plugin answers on {options.PluginSocket}");
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
