using System.Globalization;

namespace Bulwark.EndToEnd.Harness;

/// <summary>
/// Services of one compose project, one container each, that all listen on the same two ports (TCP and UDP, IPv4 and IPv6) and can try each
/// other. All are on one network, the last three on a second one, too.
/// </summary>
public sealed class Neighbours(Host host)
{
    public const int Count = 9;
    private const int OnBoth = 3;
    private const string Name = "town";

    private static readonly string[] s_networks = [Name + "_one", Name + "_two"];

    private readonly Project _town = new(host, Name);

    private readonly Dictionary<(int Service, string Network, int IpVersion), string> _addresses = [];

    /// <summary>All that could be tried: who, whom, on which port, by which way.</summary>
    public static IEnumerable<Try> All =>
        from client in Enumerable.Range(0, Count)
        from server in Enumerable.Range(0, Count)
        where client != server
        from network in s_networks
        where network == s_networks[0] || Math.Min(client, server) >= Count - OnBoth
        from version in (int[])[4, 6]
        from port in (string[])["7001/tcp", "7001/udp", "7002/tcp", "7002/udp"]
        select new Try(client, server, port, network, version);

    /// <summary>The name of a workload.</summary>
    public static string Workload(int service) => $"{Name}/{Service(service)}";

    /// <summary>Starts all.</summary>
    public async Task StartAsync()
    {
        const string serve =
            """
            exec python3 -c '
            import socket, socketserver, threading
            class Tcp(socketserver.BaseRequestHandler):
                def handle(self):
                    self.request.sendall(self.request.recv(99))
            class Udp(socketserver.BaseRequestHandler):
                def handle(self):
                    self.request[1].sendto(self.request[0], self.client_address)
            for kind, handler in ((socketserver.ThreadingTCPServer, Tcp), (socketserver.ThreadingUDPServer, Udp)):
                kind.address_family, kind.request_queue_size = socket.AF_INET6, 128
                for port in 7001, 7002:
                    threading.Thread(target=kind(("::", port), handler).serve_forever).start()
            '
            """;
        await RemoveAsync();
        var (one, two) = (
            await _town.AddNetworkAsync("one", "--ipv6", "--subnet", "fd00:70:0::/64"), await _town.AddNetworkAsync("two", "--ipv6", "--subnet", "fd00:70:1::/64"));
        await Task.WhenAll(Enumerable.Range(0, Count).Select(async service =>
        {
            await _town.RunAsync(Service(service), one, serve);
            if (service >= Count - OnBoth)
                _ = (await host.DockerAsync("network", "connect", two, _town.Container(Service(service)))).Text;
        }));
        for (var service = 0; service < Count; service++)
            await ReadAddressesAsync(service);
    }

    /// <summary>Tries, each client all of its own at once; those that were answered.</summary>
    public async Task<HashSet<Try>> TryAsync(IEnumerable<Try> tries)
    {
        const string script =
            """
            exec python3 -c '
            import concurrent.futures, socket, sys
            def answered(what):
                transport, port, address = what.split(",")
                kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
                try:
                    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind) as s:
                        s.settimeout(2)
                        s.connect((address, int(port)))
                        s.sendall(b"hello")
                        return s.recv(99) == b"hello"
                except OSError:
                    return False
            with concurrent.futures.ThreadPoolExecutor(64) as pool:
                print("".join("01"[each] for each in pool.map(answered, sys.argv[1:])))
            '
            """;
        var answered = new HashSet<Try>();
        foreach (var (own, result) in await Task.WhenAll(tries.GroupBy(each => each.Client).Select(async of =>
        {
            var own = of.ToList();
            var what = own.Select(each => $"{each.Port.Split('/')[1]},{each.Port.Split('/')[0]},{_addresses[(each.Server, each.Network, each.IpVersion)]}");
            return (own, (await _town.ExecAsync(Service(of.Key), $"{script} {string.Join(' ', what)}")).Text);
        })))
        {
            if (result.Length != own.Count)
                throw new InvalidOperationException($"{own.Count} tries gave {result.Length} results.");
            answered.UnionWith(own.Where((_, index) => result[index] == '1'));
        }
        return answered;
    }

    public Task RemoveAsync() => _town.RemoveAsync();

    private async Task ReadAddressesAsync(int service)
    {
        const string format = "{{range $name, $network := .NetworkSettings.Networks}}{{$name}} {{$network.IPAddress}} {{$network.GlobalIPv6Address}}\n{{end}}";
        foreach (var line in (await host.DockerAsync("inspect", "-f", format, _town.Container(Service(service)))).Text.Split('\n'))
        {
            var words = line.Split(' ');
            _addresses[(service, words[0], 4)] = words[1];
            _addresses[(service, words[0], 6)] = words[2];
        }
    }

    private static string Service(int service) => "w" + service.ToString(CultureInfo.InvariantCulture);

    /// <summary>One conversation that a service tries with another.</summary>
    public sealed record Try(int Client, int Server, string Port, string Network, int IpVersion)
    {
        public override string ToString() => $"{Workload(Client)} -> {Workload(Server)} {Port} on {Network} over IPv{IpVersion}";
    }
}
