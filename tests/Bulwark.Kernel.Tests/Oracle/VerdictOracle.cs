using System.Buffers.Binary;
using System.Net;
using Bulwark.Model;
using Bulwark.Model.Enforcement;

namespace Bulwark.Kernel.Tests.Oracle;

/// <summary>What should happen to a packet.</summary>
internal enum Fate
{
    Pass,
    Drop,
    Refuse,
}

/// <summary>
/// Says what the packet programs should do, written from what they promise. It knows no time: nothing expires, no limit is reached.
/// </summary>
internal sealed class VerdictOracle(IReadOnlyDictionary<IPAddress, (Identity Identity, uint Container)> owners, IReadOnlyList<(IPNetwork Range, Identity Identity)> ranges,
    Identity workload, uint container)
{
    private const int EthernetLength = 14;
    private const byte Fin = 0x01;
    private const byte Syn = 0x02;
    private const byte Rst = 0x04;
    private const byte Ack = 0x10;

    private readonly Dictionary<Flow, Connection> _connections = [];
    private readonly Dictionary<Datagram, ReadPacket> _firstFragments = [];
    private readonly Dictionary<(byte Transport, ushort Port), IPAddress> _askedHost = []; // with the address from which
    private HashSet<PolicyEntry> _policy = [];
    private Mode _mode;
    private int _version;

    /// <summary>Connections that became established, in order.</summary>
    public List<Established> Told { get; } = [];

    public void Put(Mode mode, IEnumerable<PolicyEntry> entries)
    {
        _policy = [.. entries];
        _mode = mode;
        _version++;
    }

    /// <param name="isRouted">Whether an arriving packet came to the host from elsewhere, by no container's interface.</param>
    public Fate Judge(byte[] frame, Direction direction, bool isRouted = false)
    {
        var type = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(12));
        if (type == 0x0806)
            return Fate.Pass;
        if (type is not (0x0800 or 0x86dd))
            return Outside();
        var packet = ReadPacket.Network(frame, EthernetLength, type == 0x0800 ? 4 : 6)?.WithTransport(frame);
        if (packet is null)
            return Outside();
        if (Reassemble(packet) is not { } known)
            return Outside();
        packet = known;
        if (_mode != Mode.Learn && (direction == Direction.Out ? !IsOwn(packet.Source) || packet.IsRouting : !IsForIt(packet.Destination)))
            return Outside();
        if (packet.IsNeighbourDiscovery)
            return Fate.Pass;
        if (packet.IsIcmpError)
            return IsRelated(packet, frame, direction) ? Fate.Pass : Outside();
        return Follow(packet, direction, isRouted) switch
        {
            Verdict.Blocked => direction == Direction.Out && IsAnswered(packet) ? Fate.Refuse : Fate.Drop,
            _ => Fate.Pass,
        };
    }

    // The profile says nothing of it.
    private Fate Outside() => _mode == Mode.Protect ? Fate.Drop : Fate.Pass;

    // A later fragment is of the transport and ports of the first; null if that was not seen.
    private ReadPacket? Reassemble(ReadPacket packet)
    {
        if (packet.Fragment is not { } fragment)
            return packet;
        var datagram = new Datagram(packet.Source, packet.Destination, fragment.Id, packet.Version == 4 ? packet.Transport : (byte)0);
        if (fragment.First)
        {
            _firstFragments[datagram] = packet;
            return packet;
        }
        return _firstFragments.TryGetValue(datagram, out var first)
            ? packet with { Transport = first.Transport, SourcePort = first.SourcePort, DestinationPort = first.DestinationPort, IcmpType = first.IcmpType }
            : null;
    }

    private bool IsOwn(IPAddress source)
    {
        if (owners.TryGetValue(source, out var owner))
            return owner.Container == 0 ? owner.Identity == workload : owner.Container == container;
        return source.IsIPv6LinkLocal || source.Equals(IPAddress.Any) || source.Equals(IPAddress.IPv6Any);
    }

    private bool IsForIt(IPAddress destination) => IsOwn(destination) || IdentityOf(destination) == Identity.Multicast;

    private bool IsRelated(ReadPacket error, byte[] frame, Direction direction)
    {
        var quoted = error.IsLaterFragment ? error.Start : error.Start + 8;
        var inner = ReadPacket.Network(frame, quoted, error.Version)?.WithQuotedTransport(frame);
        return inner is not null && inner.Source.Equals(error.Destination)
            && _connections.TryGetValue(FlowOf(inner, Other(direction)), out var connection) && connection.Verdict != Verdict.Blocked;
    }

    private Verdict Follow(ReadPacket packet, Direction direction, bool isRouted)
    {
        var flow = FlowOf(packet, direction);
        var isSyn = packet.Transport == 6 && (packet.TcpFlags & (Syn | Ack)) == Syn;
        var asks = isSyn || (packet.IsIcmp && packet.RequestOfReply is null);
        if (!_connections.TryGetValue(flow, out var connection)
            || (asks && (connection.OpenedBy != direction || connection.State == State.Closing)))
        {
            connection = Open(packet, flow, direction, isSyn, isRouted);
            if (connection.Verdict != Verdict.Blocked)
            {
                _connections[flow] = connection;
                if (direction == Direction.Out && connection.OpenedBy == Direction.Out && IdentityOf(flow.Remote) == Identity.Host && IsNoted(flow, flow.LocalPort))
                    _askedHost[(flow.Transport, flow.LocalPort)] = flow.Local;
            }
            return connection.Verdict;
        }
        if (connection.Version != _version)
        {
            connection.Verdict = JudgeConversation(flow, connection);
            connection.Version = _version;
        }
        if (connection.Verdict != Verdict.Blocked)
        {
            connection.SeenOut |= direction == Direction.Out;
            connection.SeenIn |= direction == Direction.In;
            Advance(connection, flow, packet, direction);
        }
        return connection.Verdict;
    }

    private Connection Open(ReadPacket packet, Flow flow, Direction direction, bool isSyn, bool isRouted)
    {
        var connection = new Connection { Version = _version, SeenOut = direction == Direction.Out, SeenIn = direction == Direction.In };
        if (packet.Transport == 6 && !isSyn)
        {
            // Open already: whichever side may be the server. Nothing is bound, so the container is the client in doubt.
            connection.State = State.Midstream;
            foreach (var openedBy in (Direction[])[Direction.Out, Direction.In, direction])
            {
                connection.OpenedBy = openedBy;
                connection.ServerPort = flow.PortOfServer(openedBy);
                connection.Verdict = JudgeConversation(flow, connection);
                if (connection.Verdict == Verdict.Allowed)
                    break;
            }
            return connection;
        }
        connection.OpenedBy = direction;
        connection.ServerPort = packet.IsIcmp ? packet.IcmpType : flow.PortOfServer(direction);
        // What the container asked the host may come back to it as the host's.
        connection.IsOwn = direction == Direction.In && isRouted && IdentityOf(flow.Remote) == Identity.Host && IsNoted(flow, flow.RemotePort)
            && _askedHost.ContainsKey((flow.Transport, flow.RemotePort));
        connection.Verdict = JudgeConversation(flow, connection);
        return connection;
    }

    private void Advance(Connection connection, Flow flow, ReadPacket packet, Direction direction)
    {
        var fromOpener = direction == connection.OpenedBy;
        if (packet.Transport != 6)
        {
            if (connection.State == State.Opening && !fromOpener)
                Establish(connection, flow);
            return;
        }
        var flags = packet.TcpFlags;
        connection.OpenerDone |= fromOpener && (flags & Fin) != 0;
        connection.OtherDone |= !fromOpener && (flags & Fin) != 0;
        switch (connection.State)
        {
            case State.Opening when !fromOpener && (flags & Syn) != 0 && (flags & Ack) != 0:
                connection.State = State.Answered;
                return;
            case State.Answered when fromOpener && (flags & Ack) != 0 && (flags & (Syn | Rst)) == 0:
            case State.Midstream when connection is { SeenIn: true, SeenOut: true } && (flags & Rst) == 0:
                Establish(connection, flow);
                break;
        }
        if (connection.State is State.Established && ((flags & Rst) != 0 || connection is { OpenerDone: true, OtherDone: true }))
            connection.State = State.Closing;
    }

    private void Establish(Connection connection, Flow flow)
    {
        connection.State = State.Established;
        var asker = connection.IsOwn ? _askedHost[(flow.Transport, flow.RemotePort)] : flow.Remote;
        var address = asker.Equals(IPAddress.IPv6Any) ? flow.Remote : asker; // it had none yet
        Told.Add(new(connection.OpenedBy, address, flow.Transport, connection.ServerPort, connection.Verdict));
    }

    private Verdict JudgeConversation(Flow flow, Connection connection)
    {
        var peer = connection.IsOwn ? workload : IdentityOf(flow.Remote);
        if (_mode == Mode.Learn || PolicyModel.Allows(_policy, connection.OpenedBy, peer, new(flow.Transport), connection.ServerPort))
            return Verdict.Allowed;
        return _mode == Mode.Protect ? Verdict.Blocked : Verdict.WouldBlock;
    }

    private Identity IdentityOf(IPAddress address)
    {
        if (owners.TryGetValue(address, out var owner))
            return owner.Identity;
        if (IPAddress.IsLoopback(address))
            return Identity.Host;
        if (IsMulticast(address))
            return Identity.Multicast;
        var range = ranges.Where(r => r.Range.BaseAddress.AddressFamily == address.AddressFamily && r.Range.Contains(address))
            .OrderByDescending(r => r.Range.PrefixLength).Select(r => (Identity?)r.Identity).FirstOrDefault();
        return range ?? Identity.World;
    }

    private static bool IsMulticast(IPAddress address) => address.GetAddressBytes() is var bytes && bytes.Length == 4
        ? bytes[0] is >= 224 and < 240 || address.Equals(IPAddress.Broadcast)
        : bytes[0] == 0xff;

    // Whether the container hears of it: never in answer to a reset, to many, or to a part; and there must be something to quote.
    private bool IsAnswered(ReadPacket packet)
    {
        if (packet.Fragment is not null || IdentityOf(packet.Destination) == Identity.Multicast || (packet.Transport == 6 && (packet.TcpFlags & Rst) != 0))
            return false;
        return packet.Transport == 6 || packet.End >= EthernetLength + (packet.Version == 4 ? 28 : 48);
    }

    // By the client's port, whatever the server's is.
    private static bool IsNoted(Flow flow, ushort clientPort) => flow.Exchange is null && clientPort != 0;

    private static Direction Other(Direction direction) => direction == Direction.Out ? Direction.In : Direction.Out;

    private static Flow FlowOf(ReadPacket packet, Direction direction)
    {
        (byte Request, Direction Opener)? exchange = !packet.IsIcmp ? null
            : packet.RequestOfReply is { } request ? (request, Other(direction)) : (packet.IcmpType, direction);
        return direction == Direction.Out
            ? new(packet.Source, packet.Destination, packet.Transport, packet.SourcePort, packet.DestinationPort, exchange)
            : new(packet.Destination, packet.Source, packet.Transport, packet.DestinationPort, packet.SourcePort, exchange);
    }

    /// <summary>A connection that was told of.</summary>
    internal readonly record struct Established(Direction Direction, IPAddress Address, byte Transport, ushort Port, Verdict Verdict);

    private enum State
    {
        Opening,
        Answered,
        Midstream,
        Established,
        Closing,
    }

    private sealed record Datagram(IPAddress Source, IPAddress Destination, uint Id, byte Transport);

    private sealed record Flow(
        IPAddress Local, IPAddress Remote, byte Transport, ushort LocalPort, ushort RemotePort, (byte Request, Direction Opener)? Exchange)
    {
        public ushort PortOfServer(Direction openedBy) => openedBy == Direction.Out ? RemotePort : LocalPort;
    }

    private sealed class Connection
    {
        public Direction OpenedBy { get; set; }
        public ushort ServerPort { get; set; }
        public State State { get; set; }
        public Verdict Verdict { get; set; }
        public int Version { get; set; }
        public bool IsOwn { get; set; } // came back through the host
        public bool SeenOut { get; set; }
        public bool SeenIn { get; set; }
        public bool OpenerDone { get; set; }
        public bool OtherDone { get; set; }
    }
}
