using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Bulwark.Cli.Hosting.Demo.Parts;

/// <summary>Counters that are asked for in the protocol of Redis (https://redis.io/docs/latest/develop/reference/protocol-spec).</summary>
internal static class TinyDatabase
{
    /// <summary>The counter of the page's visits.</summary>
    public const string Visits = "visits";

    private static readonly ConcurrentDictionary<string, long> s_counters = new(StringComparer.Ordinal);

    /// <summary>Serves the counters on several ports.</summary>
    public static async Task<int> ServeAsync(IReadOnlyList<int> ports, CancellationToken cancel) =>
        (await Task.WhenAll(ports.Select(port => Part.ServeAsync(port, AnswerAsync, cancel))).ConfigureAwait(false))[0];

    /// <summary>Asks a database; the answer as text.</summary>
    public static async Task<string> AskAsync(string host, int port, IReadOnlyList<string> words, CancellationToken cancel)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host, port, cancel).ConfigureAwait(false);
        var stream = client.GetStream();
        var request = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{words.Count}\r\n");
        foreach (var word in words)
            request.Append(CultureInfo.InvariantCulture, $"${word.Length}\r\n{word}\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request.ToString()), cancel).ConfigureAwait(false);
        var answer = await TinyHttp.ReadAsync(stream, message => message.EndsWith("\r\n", StringComparison.Ordinal), cancel).ConfigureAwait(false);
        return answer.StartsWith(':') && answer.EndsWith("\r\n", StringComparison.Ordinal)
            ? answer[1..^2]
            : throw new InvalidDataException($"{host} answered: {answer.Trim()}");
    }

    private static async Task AnswerAsync(NetworkStream stream, CancellationToken cancel)
    {
        // "*2", "$4", "INCR", "$6", "visits": two words have five lines.
        const int Lines = 5;
        var request = await TinyHttp.ReadAsync(
            stream, message => message.AsSpan().Count("\r\n") >= Lines, cancel).ConfigureAwait(false);
        var lines = request.Split("\r\n");
        var answer = lines switch
        {
            [_, _, "INCR", _, var name, ..] => $":{s_counters.AddOrUpdate(name, 1, (_, count) => count + 1)}\r\n",
            [_, _, "GET", _, var name, ..] => $":{s_counters.GetValueOrDefault(name)}\r\n",
            _ => "-ERR unknown command\r\n",
        };
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), cancel).ConfigureAwait(false);
    }
}
