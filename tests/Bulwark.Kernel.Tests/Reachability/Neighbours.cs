using System.Globalization;
using System.Net;
using Bulwark.Kernel.Netlink;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using Bulwark.Model.Enforcement;
using Bulwark.Model.Profiles;
using static Bulwark.Kernel.Tests.Harness.Make;

namespace Bulwark.Kernel.Tests.Reachability;

/// <summary>
/// Workloads of one container each, behind interfaces of their own, that try to talk with each other: what one sends is given to the
/// programs at its interface, and if it passes, to those at the other's. So each conversation is judged at both ends.
/// </summary>
internal sealed class Neighbours : IDisposable
{
    private const uint FirstWorkload = 0x200;
    private const uint FirstRange = Identity.FirstRange;

    private readonly PrivateNetwork _network = new();
    private readonly PacketTrial _trial = new();
    private readonly uint[] _interfaces;
    private readonly HashSet<Cell> _open = [];
    private int _attempt;

    public Neighbours(int count, IReadOnlyList<Peer> ranges)
    {
        for (var i = 0; i < count; i++)
            _network.IpInside("link", "add", Link(i), "type", "veth", "peer", "name", "inside" + i.ToString(CultureInfo.InvariantCulture));
        var links = _network.Inside(() => Interfaces.Links().ToDictionary(link => link.Name, link => link.Index));
        _interfaces = [.. Enumerable.Range(0, count).Select(i => links[Link(i)])];
        Ranges = ranges;
        for (var i = 0; i < ranges.Count; i++)
            _trial.Range(ranges[i].Name, FirstRange + (uint)i);
        for (var i = 0; i < count; i++)
        {
            _trial.Kernel.Endpoints.Set(_interfaces[i], new() { Netns = 100 + (uint)i, Workload = FirstWorkload + (uint)i, Container = 10 + (uint)i });
            foreach (var version in (int[])[4, 6])
                _trial.Own(Address(i, version), IdentityOf(i), 10 + (uint)i);
        }
    }

    public int Count => _interfaces.Length;

    /// <summary>Ranges that the kernel knows; profiles may have others.</summary>
    public IReadOnlyList<Peer> Ranges { get; }

    /// <summary>The name of a workload.</summary>
    public static string Name(int workload) => "town/w" + workload.ToString(CultureInfo.InvariantCulture);

    public static string Address(int workload, int version) =>
        (version == 4 ? "10.1.0." : "fd00:1::") + (workload + 1).ToString(CultureInfo.InvariantCulture);

    /// <summary>Does something where the interfaces are.</summary>
    public void Inside(Action action) => _network.Inside(() =>
    {
        action();
        return true;
    });

    /// <summary>Brings a workload's profile into force, as the server does.</summary>
    public void Apply(int workload, Profile profile) =>
        _trial.Put(IdentityOf(workload), profile.Mode, PolicyCompiler.Compile(profile, IdentityOf, Ranges).Entries);

    /// <summary>Opens the conversation anew, as far as it comes.</summary>
    public Reach Open(Cell cell)
    {
        var (client, server) = Ends(cell, 1024 + (_attempt++ % 20_000));
        var (asks, answers, settles) = Exchange(cell, client, server);
        if (!_trial.Send(asks, _interfaces[cell.Client]).Passed)
            return Reach.StoppedAtClient;
        if (!_trial.Receive(asks, _interfaces[cell.Server]).Passed)
            return Reach.StoppedAtServer;
        foreach (var (packet, from, to) in new[] { (answers, cell.Server, cell.Client), (settles, cell.Client, cell.Server) })
        {
            if (!Passes(packet, from, to))
                throw new InvalidOperationException($"{cell} was opened, but what follows does not pass.");
        }
        return Reach.Answered;
    }

    /// <summary>Opens a TCP connection that stays.</summary>
    public void Keep(Cell cell)
    {
        if (!_open.Add(cell))
            return;
        var (client, server) = KeptEnds(cell);
        Passes(Tcp(client, server, Syn), cell.Client, cell.Server);
        Passes(Tcp(server, client, Syn | Ack), cell.Server, cell.Client);
        Passes(Tcp(client, server, Ack), cell.Client, cell.Server);
    }

    /// <summary>The connections that stay.</summary>
    public IEnumerable<Cell> Kept => _open;

    /// <summary>Whether data passes on a kept connection, one way and the other.</summary>
    public (bool ToServer, bool ToClient) Talk(Cell cell)
    {
        var (client, server) = KeptEnds(cell);
        return (Passes(Tcp(client, server, Ack, "question"), cell.Client, cell.Server), Passes(Tcp(server, client, Ack, "answer"), cell.Server, cell.Client));
    }

    /// <summary>Limits of rate are not what is asked here.</summary>
    public void Refill()
    {
        _trial.Refill();
        _trial.Events();
    }

    public void Dispose()
    {
        _trial.Dispose();
        _network.Dispose();
    }

    // At both ends of the way.
    private bool Passes(Packet packet, int from, int to) =>
        _trial.Send(packet, _interfaces[from]).Passed && _trial.Receive(packet, _interfaces[to]).Passed;

    private static (Packet Asks, Packet Answers, Packet Settles) Exchange(Cell cell, string client, string server)
    {
        if (cell.Port.Transport == Transport.Tcp)
            return (Tcp(client, server, Syn), Tcp(server, client, Syn | Ack), Tcp(client, server, Ack));
        if (cell.Port.Transport == Transport.Udp)
            return (Udp(client, server, "ask"), Udp(server, client, "answer"), Udp(client, server, "more"));
        return (Sctp(client, server), Sctp(server, client), Sctp(client, server));
    }

    private static (string Client, string Server) Ends(Cell cell, int clientPort) =>
        (End(cell.Client, cell.IpVersion, clientPort), End(cell.Server, cell.IpVersion, cell.Port.Port));

    private static (string Client, string Server) KeptEnds(Cell cell) => Ends(cell, 30_000);

    private static string End(int workload, int version, int port) => new IPEndPoint(IPAddress.Parse(Address(workload, version)), port).ToString();

    private static Identity IdentityOf(int workload) => new(FirstWorkload + (uint)workload);

    private Identity? IdentityOf(Peer peer)
    {
        if (peer.Kind == PeerKind.Workload)
            return Enumerable.Range(0, Count).Where(i => Name(i) == peer.Name).Select(i => (Identity?)IdentityOf(i)).FirstOrDefault();
        if (peer.Kind == PeerKind.Range)
            return Ranges.Index().Where(range => range.Item == peer).Select(range => (Identity?)new Identity(FirstRange + (uint)range.Index)).FirstOrDefault();
        return peer.Kind switch
        {
            PeerKind.Host => Identity.Host,
            PeerKind.World => Identity.World,
            PeerKind.Multicast => Identity.Multicast,
            _ => null,
        };
    }

    private static string Link(int workload) => "w" + workload.ToString(CultureInfo.InvariantCulture);
}
