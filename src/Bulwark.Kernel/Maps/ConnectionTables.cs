using System.Diagnostics;
using Bulwark.Kernel.Layout;
using Bulwark.Model;

namespace Bulwark.Kernel.Maps;

/// <summary>The programs' connection tables, for connections that were open before the programs saw a packet of them.</summary>
public sealed class ConnectionTables
{
    private const byte Opening = 0, Midstream = 3; // enum connection_state
    private const byte Tcp = 6;

    private readonly BpfMap<ConnectionKey, Connection> _openings;
    private readonly BpfMap<ConnectionKey, Connection> _tcp;
    private readonly BpfMap<ConnectionKey, Connection> _others;

    internal ConnectionTables(KernelPrograms programs)
    {
        _openings = programs.Map<ConnectionKey, Connection>("openings");
        _tcp = programs.Map<ConnectionKey, Connection>("tcp_connections");
        _others = programs.Map<ConnectionKey, Connection>("other_connections");
    }

    /// <summary>
    /// Makes a connection known with the direction that it was opened in, unless it is known. It is not judged yet: its next packet is, and it is told
    /// of like any other. Forgotten if there is none within a minute.
    /// </summary>
    /// <param name="key">TCP, UDP or SCTP.</param>
    public bool TryAdd(in ConnectionKey key, Direction openedBy)
    {
        if ((key.Transport == Tcp ? _tcp : _others).TryGet(key, out _))
            return false;
        return _openings.TryAdd(key, new()
        {
            LastSeen = Now(),
            OpenedBy = (byte)openedBy,
            ServerPort = openedBy == Direction.Out ? key.RemotePort : key.LocalPort,
            State = key.Transport == Tcp ? Midstream : Opening,
        });
    }

    /// <summary>The monotonic clock, in nanoseconds, as the programs read it.</summary>
    internal static ulong Now() => (ulong)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));
}
