using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Bulwark.EndToEnd.Harness;

/// <summary>Speaks with a Docker daemon as no client does.</summary>
public sealed class DockerWire(Host host)
{
    /// <summary>Sends a request and gives the status and the body.</summary>
    public async Task<(int Status, string Body)> PostAsync(string address, string body, bool chunked = false)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var length = chunked ? "Transfer-Encoding: chunked" : string.Create(CultureInfo.InvariantCulture, $"Content-Length: {bytes.Length}");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(host.DockerAddress["unix://".Length..]));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"POST {address} HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\n{length}\r\nConnection: close\r\n\r\n"));
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(chunked ? string.Create(CultureInfo.InvariantCulture, $"{bytes.Length:x}\r\n{body}\r\n0\r\n\r\n") : body));
        }
        catch (IOException)
        {
            // The daemon refused before it had read it all.
        }
        var answer = await ReadAsync(stream);
        return (int.Parse(answer.Split(' ')[1], CultureInfo.InvariantCulture), answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
    }

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer);
        }
        catch (IOException)
        {
            // It was closed while there was more of the request; the answer came before.
        }
        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
