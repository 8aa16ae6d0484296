using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Bulwark.Cli.Hosting.Demo.Parts;

/// <summary>As much of HTTP/1.1 (RFC 9112) as one page a connection needs.</summary>
internal static class TinyHttp
{
    private const int LongestMessage = 16 * 1024; // bytes
    private const string EndOfHead = "\r\n\r\n";

    /// <summary>The page of a server; throws if it has none to give.</summary>
    public static async Task<string> GetAsync(string host, int port, CancellationToken cancel)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host, port, cancel).ConfigureAwait(false);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close{EndOfHead}"), cancel).ConfigureAwait(false);
        var message = await ReadAsync(stream, _ => false, cancel).ConfigureAwait(false);
        var body = message.IndexOf(EndOfHead, StringComparison.Ordinal);
        if (body < 0 || !message.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
            throw new InvalidDataException($"{host} answered: {message.Split('\r')[0]}");
        return message[(body + EndOfHead.Length)..].Trim();
    }

    /// <summary>Answers one request with a page, or with 502 if there is none.</summary>
    public static async Task AnswerAsync(NetworkStream stream, Func<CancellationToken, Task<string>> page, CancellationToken cancel)
    {
        await ReadAsync(stream, message => message.Contains(EndOfHead, StringComparison.Ordinal), cancel).ConfigureAwait(false);
        var (status, body) = ("200 OK", "");
        try
        {
            body = await page(cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidDataException)
        {
            (status, body) = ("502 Bad Gateway", e.Message);
        }
        body += "\n";
        await stream.WriteAsync(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close{EndOfHead}{body}")),
            cancel).ConfigureAwait(false);
    }

    /// <summary>Reads until what came is complete, or the other side ends.</summary>
    public static async Task<string> ReadAsync(NetworkStream stream, Func<string, bool> isComplete, CancellationToken cancel)
    {
        var buffer = new byte[LongestMessage];
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancel).ConfigureAwait(false);
            length += read;
            var message = Encoding.UTF8.GetString(buffer, 0, length);
            if (read == 0 || isComplete(message))
                return message;
        }
        throw new InvalidDataException("A message is too long.");
    }
}
