using System.Collections.Immutable;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Api;

/// <summary>The server's API over its unix socket. Throws <see cref="CommandFailure"/>s that tell a person what to do.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly string _socket;
    private readonly HttpClient _http;

    public ApiClient(string socket)
    {
        _socket = socket;
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync })
        {
            BaseAddress = new Uri("http://bulwark/v1/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    public void Dispose() => _http.Dispose();

    public Task<StatusReport> StatusAsync(CancellationToken cancel) => GetAsync<StatusReport>("status", cancel);

    public Task<ImmutableArray<WorkloadReport>> WorkloadsAsync(CancellationToken cancel) =>
        GetAsync<ImmutableArray<WorkloadReport>>("workloads", cancel);

    public Task<MapReport> MapAsync(CancellationToken cancel) => GetAsync<MapReport>("map", cancel);

    public Task<ImmutableArray<ZoneReport>> ZonesAsync(CancellationToken cancel) => GetAsync<ImmutableArray<ZoneReport>>("zones", cancel);

    public Task<ProfileReport> ProfileAsync(string workload, CancellationToken cancel) =>
        GetAsync<ProfileReport>("profiles/" + Uri.EscapeDataString(workload), cancel);

    public Task<ImmutableArray<EventReport>> EventsAsync(EventFilter filter, CancellationToken cancel) =>
        GetAsync<ImmutableArray<EventReport>>("events" + filter.Query, cancel);

    public Task<ExplainReport> ExplainAsync(long id, CancellationToken cancel) =>
        GetAsync<ExplainReport>(string.Create(CultureInfo.InvariantCulture, $"events/{id}"), cancel);

    public Task<ImmutableArray<ProfileChangeReport>> AllowAsync(AllowRequest request, CancellationToken cancel) =>
        PostAsync<AllowRequest, ImmutableArray<ProfileChangeReport>>("allow", request, cancel);

    public Task<ImmutableArray<ProfileChangeReport>> ForgetAsync(ForgetRequest request, CancellationToken cancel) =>
        PostAsync<ForgetRequest, ImmutableArray<ProfileChangeReport>>("forget", request, cancel);

    public Task<ImmutableArray<WorkloadReport>> ModeAsync(ModeRequest request, CancellationToken cancel) =>
        PostAsync<ModeRequest, ImmutableArray<WorkloadReport>>("mode", request, cancel);

    public Task<AuthorizeReport> AuthorizeAsync(AuthorizeRequest request, CancellationToken cancel) =>
        PostAsync<AuthorizeRequest, AuthorizeReport>("authorize", request, cancel);

    public Task<SimulateReport> SimulateAsync(SimulateRequest request, CancellationToken cancel) =>
        PostAsync<SimulateRequest, SimulateReport>("simulate", request, cancel);

    public async Task<string> ExportAsync(string format, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "export?format=" + Uri.EscapeDataString(format));
        using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancel).ConfigureAwait(false);
        return await response.Content.ReadAsStringAsync(cancel).ConfigureAwait(false);
    }

    public async Task DownAsync(CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "down");
        using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancel).ConfigureAwait(false);
    }

    /// <summary>Events as they happen, until the server goes away or <paramref name="cancel"/> is cancelled.</summary>
    public async IAsyncEnumerable<EventReport> FollowAsync(EventFilter filter, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "events/follow" + filter.Query);
        using var response = await SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var parser = SseParser.Create(stream, (_, data) => Read<EventReport>(data));
            var events = parser.EnumerateAsync(cancel).GetAsyncEnumerator(cancel);
            await using (events.ConfigureAwait(false))
            {
                while (await NextAsync(events).ConfigureAwait(false))
                    yield return events.Current.Data;
            }
        }
        throw new ServerUnreachableException(_socket, "the server ended the stream of events") { WasReached = true };
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<SseItem<EventReport>> events)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw new ServerUnreachableException(_socket, exception.Message, exception) { WasReached = true };
        }
    }

    private async Task<T> GetAsync<T>(string path, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await AnswerAsync<T>(request, cancel).ConfigureAwait(false);
    }

    private async Task<TAnswer> PostAsync<TRequest, TAnswer>(string path, TRequest body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, CliJson.Compact<TRequest>()) };
        return await AnswerAsync<TAnswer>(request, cancel).ConfigureAwait(false);
    }

    private async Task<T> AnswerAsync<T>(HttpRequestMessage request, CancellationToken cancel)
    {
        using var response = await SendAsync(request, HttpCompletionOption.ResponseContentRead, cancel).ConfigureAwait(false);
        return Read<T>(await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false));
    }

    private static T Read<T>(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, CliJson.Compact<T>()) ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException exception)
        {
            throw new CommandFailure("the server's answer is not understood", exception)
            {
                Cause = exception.Message,
                Hint = "restart the server, so that it is of the same version: bulwark --version, bulwark status",
            };
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancel)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, completion, cancel).ConfigureAwait(false);
        }
        catch (HttpRequestException exception)
        {
            if (exception.InnerException is SocketException { SocketErrorCode: SocketError.AccessDenied })
                throw new NotAuthorisedException(_socket, exception);
            throw new ServerUnreachableException(_socket, Reason(exception.InnerException ?? exception), exception)
            {
                WasReached = exception.HttpRequestError != HttpRequestError.ConnectionError,
            };
        }
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await ProblemOfAsync(response, cancel).ConfigureAwait(false);
    }

    private string Reason(Exception exception) => exception is SocketException && !File.Exists(_socket)
        ? "there is no such socket"
        : exception.Message;

    private static async Task<ApiException> ProblemOfAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var status = (int)response.StatusCode;
        var body = await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false);
        ProblemBody? problem = null;
        try
        {
            problem = JsonSerializer.Deserialize(body, CliJson.Compact<ProblemBody>());
        }
        catch (JsonException)
        {
            // Not problem details: the text itself is the best explanation there is.
        }
        return new ApiException(
            status, problem?.Title ?? string.Create(CultureInfo.InvariantCulture, $"the server answered {status} {response.ReasonPhrase}"),
            problem is null ? Encoding.UTF8.GetString(body) : problem.Detail ?? "", problem?.Hint ?? "");
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
