using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Bulwark.Bench;

/// <summary>
/// The processor time that conversations take: client and server are one thread, so that the kernel's work for both is counted as its
/// own, and other load on the machine hardly matters.
/// </summary>
internal static unsafe partial class ProcessorCost
{
    private const int Port = Conversations.FirstPort + 4;
    private const int Each = 1000; // requests
    private static readonly Setting[] s_settings = Enum.GetValues<Setting>();

    public static void Measure(Stage stage, int rounds, Results results)
    {
        using var listening = stage.InServer(() => Bound(SocketType.Stream, ProtocolType.Tcp));
        listening.Listen(64);
        using var datagrams = stage.InServer(() => Bound(SocketType.Dgram, ProtocolType.Udp));
        (string Name, Action Run)[] kinds =
        [
            ("TCP_RR", () => Requests(listening)), ("TCP_CRR", () => Connections(listening)), ("UDP_RR", () => Datagrams(datagrams)),
        ];
        foreach (var (name, run) in kinds)
        {
            var taken = s_settings.ToDictionary(s => s, _ => new List<double>());
            for (var round = -1; round < rounds; round++)
            {
                for (var i = 0; i < s_settings.Length; i++)
                {
                    var setting = s_settings[(i + round + s_settings.Length) % s_settings.Length];
                    stage.Put(setting);
                    var time = stage.InClient(() =>
                    {
                        var start = Now();
                        run();
                        return (double)(Now() - start) / Each;
                    });
                    if (round >= 0)
                        taken[setting].Add(time);
                }
            }
            var none = taken[Setting.None];
            results.AddProcessor(name, Spread.Of(none),
                [.. s_settings.Skip(1).Select(s => Spread.Of(taken[s].Zip(none, (with, without) => with / without)))]);
        }
    }

    private static void Requests(Socket listening)
    {
        using var client = Connect(SocketType.Stream, ProtocolType.Tcp);
        using var server = listening.Accept();
        client.NoDelay = server.NoDelay = true;
        Span<byte> one = stackalloc byte[1];
        for (var i = 0; i < Each; i++)
        {
            client.Send(one);
            server.Receive(one);
            server.Send(one);
            client.Receive(one);
        }
    }

    private static void Connections(Socket listening)
    {
        Span<byte> one = stackalloc byte[1];
        for (var i = 0; i < Each; i++)
        {
            using var client = Connect(SocketType.Stream, ProtocolType.Tcp);
            using var server = listening.Accept();
            client.Send(one);
            server.Receive(one);
            server.Send(one);
            server.Dispose(); // first, so that the client's port is free again
            client.Receive(one);
        }
    }

    private static void Datagrams(Socket server)
    {
        using var client = Connect(SocketType.Dgram, ProtocolType.Udp);
        Span<byte> one = stackalloc byte[1];
        var from = new SocketAddress(AddressFamily.InterNetwork);
        for (var i = 0; i < Each; i++)
        {
            client.Send(one);
            server.ReceiveFrom(one, SocketFlags.None, from);
            server.SendTo(one, SocketFlags.None, from);
            client.Receive(one);
        }
    }

    private static Socket Bound(SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        socket.Bind(new IPEndPoint(IPAddress.Any, Port));
        return socket;
    }

    private static Socket Connect(SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        socket.Connect(Stage.ServerAddress, Port);
        return socket;
    }

    // Nanoseconds that this thread had a processor.
    public static long Now()
    {
        const int ThreadTime = 3; // CLOCK_THREAD_CPUTIME_ID
        var time = stackalloc long[2];
        return Clock(ThreadTime, time) == 0 ? time[0] * 1_000_000_000 + time[1] : throw new InvalidOperationException("no clock of the thread");
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int Clock(int clock, long* time);
}
