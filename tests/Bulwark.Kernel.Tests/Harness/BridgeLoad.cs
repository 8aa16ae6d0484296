using System.Diagnostics;
using System.Text.Json;

namespace Bulwark.Kernel.Tests.Harness;

/// <summary>
/// Traffic between the two containers of a <see cref="WatchedBridge"/>, until it is asked how it went: connections on which only the server still talks, new ones all the
/// time, and attempts at what is forbidden. To 5000 the client may; to 6001 it may, but the server may not be reached; to 6002 the other way around; 7001 and
/// 7002 are the same of what the server opens.
/// </summary>
internal sealed class BridgeLoad
{
    public const ushort Allowed = 5000;

    private const string Common =
        """
        import json, sys, threading, time
        from socket import *
        CLIENT, SERVER, PORT = "10.97.0.2", "10.97.0.3", 5000
        result, done = dict(arrived=0, attempts=0), threading.Event()
        def run(work, *arguments):
            threading.Thread(target=work, args=arguments, daemon=True).start()
        # What gets into this container, whether anybody listens or not.
        def sniff(ports):
            sniffer = socket(AF_PACKET, SOCK_RAW, htons(0x0800))
            def work():
                while True:
                    frame = sniffer.recv(200)
                    ip = 14 + (frame[14] & 15) * 4
                    if frame[23] in (6, 17) and int.from_bytes(frame[ip + 2:ip + 4], "big") in ports:
                        result["arrived"] += 1
            run(work)
        def attempt(other, ports):
            while not done.is_set():
                for port in ports:
                    datagram = socket(AF_INET, SOCK_DGRAM)
                    stream = socket(AF_INET, SOCK_STREAM)
                    stream.setblocking(False)
                    try:
                        datagram.sendto(b"x", (other, port))
                    except OSError:
                        pass
                    stream.connect_ex((other, port))
                    # Half of them pass here and are not answered: of those an interface may have so many, and so many a second.
                    time.sleep(0.002 if result["attempts"] < 6000 else 0.02)
                    datagram.close()
                    stream.close()
                    result["attempts"] += 2
        def until_asked():
            print("ready", flush=True)
            sys.stdin.readline()
            done.set()
            time.sleep(1)
            print(json.dumps(result), flush=True)

        """;

    private const string Server = Common +
        """
        def numbers(send):
            try:
                number = 0
                while not done.is_set():
                    send(number.to_bytes(4, "big"))
                    number += 1
                    time.sleep(0.004)
                time.sleep(2)
            except OSError:
                pass
        def serve(connection):
            if connection.recv(4) == b"asks":
                connection.sendall(b"yes")
                connection.recv(1)
            else:
                numbers(connection.sendall)
            connection.close()
        def streams():
            while True:
                run(serve, listener.accept()[0])
        def answer(sender, delay):
            time.sleep(delay)
            receiver.sendto(b"yes", sender)
        def some(sender):
            for _ in range(10):
                time.sleep(0.05)
                receiver.sendto(b"next", sender)
            # Again and again: on a busy machine one, or some, may come just when programs are switched.
            for _ in range(15):
                receiver.sendto(b"last", sender)
                time.sleep(0.1)
        def datagrams():
            while True:
                data, sender = receiver.recvfrom(64)
                if data[:4] == b"asks":
                    run(answer, sender, data[4] / 1000)
                elif data == b"some":
                    run(some, sender)
                else:
                    run(numbers, lambda number, sender=sender: receiver.sendto(number, sender))
        listener, receiver = create_server((SERVER, PORT), backlog=64), socket(AF_INET, SOCK_DGRAM)
        receiver.bind((SERVER, PORT))
        run(streams)
        run(datagrams)
        sniff((6001, 6002))
        run(attempt, CLIENT, (7001, 7002))
        until_asked()
        """;

    private const string Client = Common +
        """
        STREAMS = 8
        result.update(streams=0, datagrams=0, broken=[], asked=0, subscribed=0, unanswered=0)
        received = {}
        def fail(why):
            if len(result["broken"]) < 20:
                result["broken"].append(why)
        def stream(name):
            connection = create_connection((SERVER, PORT), 10)
            connection.settimeout(1)
            connection.sendall(b"more")
            expected = 0
            try:
                while not done.is_set():
                    data = b""
                    while len(data) < 4:
                        part = connection.recv(4 - len(data))
                        if not part:
                            raise ConnectionError("closed")
                        data += part
                    if int.from_bytes(data, "big") != expected:
                        fail(f"{name}: {int.from_bytes(data, 'big')} instead of {expected}")
                    expected += 1
                    received[name] = expected
                result["streams"] += 1
            except OSError as e:
                fail(f"{name} after {expected}: {e}")
        def datagram(name):
            s = socket(AF_INET, SOCK_DGRAM)
            s.settimeout(1)
            s.connect((SERVER, PORT))
            s.send(b"more")
            expected = 0
            try:
                while not done.is_set():
                    number = int.from_bytes(s.recv(4), "big")
                    if number != expected:
                        fail(f"{name}: {number} instead of {expected}")
                        expected = number
                    expected += 1
                    received[name] = expected
                result["datagrams"] += 1
            except OSError as e:
                fail(f"{name} after {expected}: {e}")
        def ask(kind, delay):
            result["asked"] += 1
            s = socket(AF_INET, kind)
            try:
                s.connect((SERVER, PORT))
                # As everybody who uses datagrams asks again: one answer may come just when programs are switched.
                for again in range(1 if kind == SOCK_STREAM else 6):
                    s.settimeout(3 if kind == SOCK_STREAM else 1)
                    s.send(b"asks" + bytes([delay]))
                    try:
                        if s.recv(3) == b"yes":
                            break
                    except TimeoutError:
                        continue
                else:
                    raise OSError("no answer")
            except OSError as e:
                result["unanswered"] += 1
                fail(f"{kind.name} with {delay} ms: {e}")
            s.close()
        def asks():
            i = 0
            while not done.is_set():
                run(ask, SOCK_DGRAM, i * 37 % 256)
                ask(SOCK_STREAM, 0)
                i += 1
                time.sleep(0.003)
        # Asked for once, at any time: what comes then is more than one datagram, and it has to go on.
        def subscribe():
            result["subscribed"] += 1
            s = socket(AF_INET, SOCK_DGRAM)
            s.settimeout(2)
            s.connect((SERVER, PORT))
            s.send(b"some")
            try:
                while s.recv(4) != b"last":
                    pass
            except OSError as e:
                result["unanswered"] += 1
                fail(f"subscription: {e}")
            s.close()
        def subscriptions():
            while not done.is_set():
                run(subscribe)
                time.sleep(0.02)
        sniff((7001, 7002))
        for i in range(STREAMS):
            run(stream, f"stream {i}")
            run(datagram, f"datagrams {i}")
        while len(received) < 2 * STREAMS:
            time.sleep(0.01)
        run(asks)
        run(subscriptions)
        run(attempt, SERVER, (6001, 6002))
        until_asked()
        """;

    private readonly Process _server;
    private readonly Process _client;

    /// <summary>Starts it; it is under way when this returns.</summary>
    public BridgeLoad(WatchedBridge bridge)
    {
        _server = bridge.StartServer(Server);
        Assert.Equal("ready", _server.StandardOutput.ReadLine());
        _client = bridge.StartClient(Client);
        Assert.Equal("ready", _client.StandardOutput.ReadLine());
    }

    /// <summary>Ends it and says how it went.</summary>
    public BridgeLoadResult Stop()
    {
        // The client first: it is right that it does not get all of what the server sends at the end.
        var (client, server) = (Stop(_client), Stop(_server));
        return new(
            Number(client, "streams"), Number(client, "datagrams"), Number(client, "asked"), Number(client, "subscribed"), Number(client, "unanswered"),
            Number(client, "attempts") + Number(server, "attempts"), Number(client, "arrived") + Number(server, "arrived"),
            [.. client.GetProperty("broken").EnumerateArray().Select(text => text.GetString()!)]);
    }

    private static int Number(JsonElement result, string name) => result.GetProperty(name).GetInt32();

    private static JsonElement Stop(Process process)
    {
        process.StandardInput.WriteLine();
        process.StandardInput.Flush();
        return JsonDocument.Parse(process.StandardOutput.ReadLine()!).RootElement.Clone();
    }
}

/// <summary>How a <see cref="BridgeLoad"/> went.</summary>
/// <param name="Streams">TCP connections of the beginning on which everything came, and in order.</param>
/// <param name="Datagrams">The same of UDP.</param>
/// <param name="Asked">New conversations.</param>
/// <param name="Subscribed">New conversations of UDP on which only the server talks after the first datagram.</param>
/// <param name="Unanswered">Of both.</param>
/// <param name="Attempts">Forbidden packets that were sent.</param>
/// <param name="Arrived">Of these.</param>
/// <param name="Broken">What went wrong.</param>
internal sealed record BridgeLoadResult(
    int Streams, int Datagrams, int Asked, int Subscribed, int Unanswered, int Attempts, int Arrived, IReadOnlyList<string> Broken);
