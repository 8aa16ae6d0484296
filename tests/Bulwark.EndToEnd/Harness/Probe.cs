namespace Bulwark.EndToEnd.Harness;

/// <summary>Shell commands, for a container, that succeed if and only if the other side answers; each ends within three seconds.</summary>
public static class Probe
{
    /// <summary>Opens a TCP connection.</summary>
    public static string Tcp(string host, int port) => $"nc -z -w 2 {host} {port}";

    /// <summary>Opens a TCP connection from Python, as the application of <see cref="ThreeTierApplication"/> does.</summary>
    public static string TcpByPython(string host, int port) =>
        $"""exec python3 -c 'import socket; socket.create_connection(("{host}", {port}), 2)'""";

    /// <summary>Sends a datagram to a server that echoes it, and waits for the echo.</summary>
    public static string Udp(string host, int port) => $"[ \"$(echo hello | timeout 3 nc -u -w 2 -W 1 {host} {port})\" = hello ]";

    public static string Ping(string host) => $"ping -q -c 1 -W 2 {host} > /dev/null";

    /// <summary>Asks a URL.</summary>
    public static string Http(string url) => $"curl -sSf --max-time 3 {url}";

    /// <summary>A program that echoes datagrams, to run detached in a container.</summary>
    public static string UdpEchoServer(int port) =>
        $"""
        exec python3 -c '
        import socket
        s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        s.bind(("::", {port}))
        while True:
            data, sender = s.recvfrom(2048)
            s.sendto(data, sender)
        '
        """;
}
