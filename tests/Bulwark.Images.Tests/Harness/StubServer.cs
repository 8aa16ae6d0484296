using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bulwark.Images.Tests.Harness;

/// <summary>A server on this machine that says word for word what it is told to, also what no server should.</summary>
internal sealed class StubServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string, byte[]> _answer;
    private readonly Task _serving;

    /// <param name="answer">Gets a request's head and gives the whole answer; the connection then ends.</param>
    public StubServer(Func<string, byte[]> answer)
    {
        _answer = answer;
        _listener.Start();
        Host = $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";
        _serving = ServeAsync();
    }

    public string Host { get; }

    /// <summary>All requests, in the order in which they came.</summary>
    public List<string> Requests { get; } = [];

    public static byte[] Answer(byte[] body, string status = "200 OK", params string[] headers) =>
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n"), .. body];

    public static byte[] Answer(string body, string status = "200 OK", params string[] headers) => Answer(Encoding.UTF8.GetBytes(body), status, headers);

    /// <summary>The value of a header of a request, or null.</summary>
    public static string? Header(string request, string name) => request.Split("\r\n").FirstOrDefault(line => line.StartsWith($"{name}: ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..];

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
                open.Add(ServeAsync(await _listener.AcceptTcpClientAsync()));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var request = new StringBuilder();
                var buffer = new byte[4096];
                while (!IsWhole(request.ToString()) && await stream.ReadAsync(buffer) is var read and > 0)
                {
                    request.Append(Encoding.ASCII.GetString(buffer, 0, read));
                    // Who begins to encrypt is told that nobody does here.
                    if (!char.IsAsciiLetterUpper(request[0]))
                    {
                        await stream.WriteAsync(Answer("", "400 Bad Request"));
                        return;
                    }
                }
                byte[] answer;
                lock (Requests)
                {
                    Requests.Add(request.ToString());
                    answer = _answer(request.ToString());
                }
                await stream.WriteAsync(answer);
            }
            catch (IOException)
            {
                // The other side has heard enough.
            }
        }
    }

    private static bool IsWhole(string request) => request.IndexOf("\r\n\r\n", StringComparison.Ordinal) is var end and >= 0
        && request.Length - end - 4 >= int.Parse(Header(request[..end], "Content-Length") ?? "0", System.Globalization.CultureInfo.InvariantCulture);
}
