using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Bulwark.Bench;

/// <summary>
/// The conversations that are measured, named as netperf names them. Blocking sockets, one client, one server; each answers how many
/// it did in a second. Where they take turns both are on one processor: to wake another takes longer than all the rest, and never the same.
/// </summary>
internal static class Conversations
{
    public const int FirstPort = 5000;
    private const int StreamPort = FirstPort;
    private const int RequestPort = FirstPort + 1;
    private const int ConnectPort = FirstPort + 2;
    private const int DatagramPort = FirstPort + 3;
    private const int StreamPiece = 128 * 1024; // bytes
    private const int SharedProcessor = 0;

    /// <summary>Starts the servers, each on a thread in the server's namespace, for as long as the process lives.</summary>
    public static void Serve(Stage stage)
    {
        foreach (var serve in (Action[])[ServeStream, ServeRequests, ServeConnections, ServeDatagrams])
        {
            var thread = new Thread(() => stage.InServer(() =>
            {
                serve();
                return true;
            }));
            thread.IsBackground = true;
            thread.Start();
        }
        Thread.Sleep(200);
    }

    /// <summary>Bytes a second over one connection.</summary>
    public static double Stream(TimeSpan time)
    {
        using var socket = Connect(StreamPort);
        var piece = new byte[StreamPiece];
        return Count(time, () => socket.Send(piece));
    }

    /// <summary>Requests of one byte, each answered with one, a second over one connection.</summary>
    public static double Requests(TimeSpan time)
    {
        OneProcessor.Keep(SharedProcessor);
        using var socket = Connect(RequestPort);
        var one = new byte[1];
        return Count(time, () =>
        {
            socket.Send(one);
            return socket.Receive(one);
        });
    }

    /// <summary>The same, with a connection for each.</summary>
    public static double Connections(TimeSpan time)
    {
        OneProcessor.Keep(SharedProcessor);
        var one = new byte[1];
        return Count(time, () =>
        {
            using var socket = Connect(ConnectPort);
            socket.Send(one);
            socket.Receive(one);
            return socket.Receive(one) + 1; // the server closes first
        });
    }

    /// <summary>Requests by datagram a second.</summary>
    public static double Datagrams(TimeSpan time)
    {
        OneProcessor.Keep(SharedProcessor);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 1000 };
        socket.Connect(Stage.ServerAddress, DatagramPort);
        var one = new byte[1];
        return Count(time, () =>
        {
            socket.Send(one);
            return socket.Receive(one);
        });
    }

    private static double Count(TimeSpan time, Func<int> once)
    {
        var (start, done) = (Stopwatch.GetTimestamp(), 0L);
        while (Stopwatch.GetElapsedTime(start) < time)
            done += once();
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static Socket Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(Stage.ServerAddress, port);
        return socket;
    }

    private static Socket Listen(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Any, port));
        socket.Listen(512);
        return socket;
    }

    private static void ServeStream()
    {
        using var listening = Listen(StreamPort);
        var piece = new byte[StreamPiece];
        while (true)
        {
            using var socket = listening.Accept();
            while (socket.Receive(piece) > 0)
            {
            }
        }
    }

    private static void ServeRequests()
    {
        OneProcessor.Keep(SharedProcessor);
        using var listening = Listen(RequestPort);
        var one = new byte[1];
        while (true)
        {
            using var socket = listening.Accept();
            socket.NoDelay = true;
            while (socket.Receive(one) > 0)
                socket.Send(one);
        }
    }

    private static void ServeConnections()
    {
        OneProcessor.Keep(SharedProcessor);
        using var listening = Listen(ConnectPort);
        var one = new byte[1];
        while (true)
        {
            using var socket = listening.Accept();
            socket.Receive(one);
            socket.Send(one);
        }
    }

    private static void ServeDatagrams()
    {
        OneProcessor.Keep(SharedProcessor);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Any, DatagramPort));
        var one = new byte[1];
        var from = new SocketAddress(AddressFamily.InterNetwork);
        while (true)
        {
            socket.ReceiveFrom(one, SocketFlags.None, from);
            socket.SendTo(one, SocketFlags.None, from);
        }
    }
}
