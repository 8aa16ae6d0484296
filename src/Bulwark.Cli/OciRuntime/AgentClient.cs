using System.Net.Sockets;
using System.Text;
using Bulwark.Agent.Starts;

namespace Bulwark.Cli.OciRuntime;

/// <summary>Asks the agent, and waits for its answer.</summary>
internal static class AgentClient
{
    // The agent answers in time, if it can, with what is missing.
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(500);

    /// <summary>Empty when the container is watched, else why it is not.</summary>
    public static string Ask(string path, StartQuestion question)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            var limit = (int)(question.Wait + s_grace).TotalMilliseconds;
            socket.SendTimeout = limit; // Of connect(2), too.
            socket.ReceiveTimeout = limit;
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.Send(Encoding.UTF8.GetBytes(question + "\n"));
            var answer = Read(socket);
            return answer switch
            {
                StartQuestion.Ready => "",
                "" => "the agent ended before it answered",
                _ => answer,
            };
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode switch
            {
                SocketError.TimedOut or SocketError.WouldBlock => "the agent does not answer",
                SocketError.ConnectionRefused or SocketError.AddressNotAvailable => $"no agent listens on {path}",
                SocketError.AccessDenied => $"only root may ask on {path}",
                _ => $"{path}: {e.Message}",
            };
        }
        catch (ArgumentException e)
        {
            return $"{path}: {e.Message}";
        }
    }

    private static string Read(Socket socket)
    {
        var line = new byte[StartQuestion.LongestLine];
        var length = 0;
        while (length < line.Length && socket.Receive(line, length, line.Length - length, SocketFlags.None) is > 0 and var read)
        {
            length += read;
            if (line.AsSpan(0, length).IndexOf((byte)'\n') is >= 0 and var end)
                return Encoding.UTF8.GetString(line, 0, end);
        }
        return "";
    }
}
