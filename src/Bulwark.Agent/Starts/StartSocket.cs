using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Bulwark.Agent.Starts;

/// <summary>
/// Where <c>bulwark runtime</c> asks before it lets a container start. A socket of its own, because only root may ask, while a group may
/// use the API; and because a line each way costs a start less than HTTP.
/// </summary>
/// <param name="path">Where it is made; its directory is, too.</param>
/// <param name="ready">Answers a question.</param>
internal sealed partial class StartSocket(string path, Func<StartQuestion, Task<string>> ready, ILogger log)
{
    // As many containers can wait at the same time; more queue up.
    private const int Askers = 64;

    private const UnixFileMode DirectoryMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode SocketMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>Answers until cancelled. When it cannot open the socket, protection goes on without it.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var socket = Open();
        if (socket is null)
        {
            await Task.Delay(Timeout.Infinite, cancellation).ConfigureAwait(false);
            return;
        }
        // Closing a socket that is bound removes its file.
        await Task.WhenAll(Enumerable.Range(0, Askers).Select(_ => ServeAsync(socket, cancellation))).ConfigureAwait(false);
    }

    private Socket? Open()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!, DirectoryMode);
            RemoveStale();
            socket.Bind(new UnixDomainSocketEndPoint(path));
            // Before anybody can connect.
            File.SetUnixFileMode(path, SocketMode);
            socket.Listen(Askers);
            return socket;
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            socket.Dispose();
            LogNotOpen(e, path);
            return null;
        }
    }

    private void RemoveStale()
    {
        if (!File.Exists(path))
            return;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            File.Delete(path);
            return;
        }
        throw new IOException("Another agent answers there.");
    }

    private async Task ServeAsync(Socket socket, CancellationToken cancellation)
    {
        while (true)
        {
            using var asker = await socket.AcceptAsync(cancellation).ConfigureAwait(false);
            try
            {
                await AnswerAsync(asker, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
            {
                LogNotAnswered(e.Message);
            }
        }
    }

    private async Task AnswerAsync(Socket asker, CancellationToken cancellation)
    {
        if (UserOf(asker) != 0)
            return;
        var answer = StartQuestion.TryParse(await ReadAsync(asker, cancellation).ConfigureAwait(false), out var question)
            ? await ready(question).WaitAsync(cancellation).ConfigureAwait(false)
            : "the agent did not understand the question: wrapper and agent are of different versions";
        await asker.SendAsync(Encoding.UTF8.GetBytes(answer + "\n"), cancellation).ConfigureAwait(false);
    }

    private static async Task<string> ReadAsync(Socket asker, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_patience);
        var line = new byte[StartQuestion.LongestLine];
        var length = 0;
        while (length < line.Length)
        {
            var read = await asker.ReceiveAsync(line.AsMemory(length), patience.Token).ConfigureAwait(false);
            if (read == 0)
                break;
            var end = line.AsSpan(length, read).IndexOf((byte)'\n');
            if (end >= 0)
                return Encoding.UTF8.GetString(line, 0, length + end);
            length += read;
        }
        return "";
    }

    // SO_PEERCRED of unix(7): struct ucred, the second of its fields.
    private static uint UserOf(Socket asker)
    {
        const int socketLevel = 1;
        const int peerCredentials = 17;
        Span<byte> credentials = stackalloc byte[12];
        asker.GetRawSocketOption(socketLevel, peerCredentials, credentials);
        return MemoryMarshal.Read<uint>(credentials[4..]);
    }

    [LoggerMessage(40, LogLevel.Error, "The socket {Path} cannot be opened, so no container waits for Bulwark before it starts.")]
    private partial void LogNotOpen(Exception e, string path);

    [LoggerMessage(41, LogLevel.Warning, "One who asked for a container's start got no answer: {Reason}")]
    private partial void LogNotAnswered(string reason);
}
