using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bulwark.Runtimes.Docker.Wire;

namespace Bulwark.Runtimes.Docker;

/// <summary>HTTP over a daemon's unix socket, with limits on size and time, and errors that say what was tried.</summary>
internal sealed class DockerTransport : IDisposable
{
    private const string Scheme = "unix://";
    private const int LongestErrorBytes = 64 << 10;

    private readonly string _socket;
    private readonly DockerLimits _limits;
    private readonly HttpClient _http;

    public DockerTransport(string endpoint, DockerLimits limits)
    {
        if (!endpoint.StartsWith(Scheme, StringComparison.Ordinal) || endpoint.Length == Scheme.Length)
            throw new FormatException($"'{endpoint}' is no unix socket; write {Scheme}/path/to/docker.sock");
        _socket = endpoint[Scheme.Length..];
        _limits = limits;
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
        };
        // Each request has its own limit: events have none.
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://docker"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The answer's body; null for 404 when <paramref name="mayBeMissing"/>.</summary>
    public async Task<byte[]?> AskAsync(
        HttpMethod method, string path, HttpContent? body, bool mayBeMissing, TimeSpan? limit, CancellationToken cancellationToken)
    {
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timed.CancelAfter(limit ?? _limits.Answer);
        try
        {
            using var answer = await SendAsync(method, path, body, timed.Token).ConfigureAwait(false);
            if (answer.StatusCode == HttpStatusCode.NotFound && mayBeMissing)
                return null;
            await ThrowIfRefusedAsync(answer, method, path, timed.Token).ConfigureAwait(false);
            return await ReadAsync(answer, _limits.AnswerBytes, Tried(method, path), timed.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DockerException(Tried(method, path), null, "no answer in time", new TimeoutException(null, e));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Unreachable(method, path, e);
        }
    }

    /// <summary>
    /// An answer that is read as it comes (events, an image); the caller owns it. The limit is on the wait for its beginning.
    /// </summary>
    public async Task<HttpResponseMessage> OpenAsync(string path, CancellationToken cancellationToken, TimeSpan? limit = null)
    {
        using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timed.CancelAfter(limit ?? _limits.Answer);
        HttpResponseMessage? answer = null;
        try
        {
            answer = await SendAsync(HttpMethod.Get, path, null, timed.Token).ConfigureAwait(false);
            await ThrowIfRefusedAsync(answer, HttpMethod.Get, path, timed.Token).ConfigureAwait(false);
            return answer;
        }
        catch (Exception e)
        {
            answer?.Dispose();
            throw e switch
            {
                OperationCanceledException when !cancellationToken.IsCancellationRequested =>
                    new DockerException(Tried(HttpMethod.Get, path), null, "no answer in time", new TimeoutException(null, e)),
                HttpRequestException or IOException => Unreachable(HttpMethod.Get, path, e),
                _ => e,
            };
        }
    }

    public T Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, string path)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new DockerException(Tried(HttpMethod.Get, path), HttpStatusCode.OK, $"an answer that cannot be read ({e.Message})", e);
        }
    }

    public string Tried(HttpMethod method, string path) => $"{method} {path} on {_socket}";

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
    }

    private async Task ThrowIfRefusedAsync(HttpResponseMessage answer, HttpMethod method, string path, CancellationToken cancellationToken)
    {
        // 304: the container already is started, or stopped.
        if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.NotModified)
            return;
        var tried = Tried(method, path);
        var body = await ReadAsync(answer, LongestErrorBytes, tried, cancellationToken).ConfigureAwait(false);
        string? message = null;
        try
        {
            message = JsonSerializer.Deserialize(body, DockerJson.Default.ErrorJson)?.Message;
        }
        catch (JsonException)
        {
            // Not the daemon's own kind of error; the status has to do.
        }
        throw new DockerException(tried, answer.StatusCode, message ?? answer.ReasonPhrase ?? "no reason given");
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage answer, int most, string tried, CancellationToken cancellationToken)
    {
        using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is var read and > 0)
        {
            if (body.Length + read > most)
                throw new DockerException(tried, answer.StatusCode, $"an answer of more than {most} bytes");
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    private DockerException Unreachable(HttpMethod method, string path, Exception e) =>
        new(Tried(method, path), null,
            $"{(e.InnerException is SocketException { SocketErrorCode: SocketError.AddressNotAvailable } ? "there is no such socket" : (e.InnerException ?? e).Message)}; is the daemon running?", e);

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
