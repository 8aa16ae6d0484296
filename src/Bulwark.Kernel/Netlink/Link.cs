using System.Net;
using System.Net.NetworkInformation;

namespace Bulwark.Kernel.Netlink;

/// <summary>A network interface, as rtnetlink(7) tells of it.</summary>
/// <param name="Index">Its number in its network namespace.</param>
/// <param name="Name">Its name.</param>
public sealed record Link(uint Index, string Name)
{
    /// <summary>The kind of device (<c>veth</c>, <c>bridge</c>, …), or empty.</summary>
    public string Kind { get; init; } = "";

    /// <summary>The hardware address.</summary>
    public PhysicalAddress HardwareAddress { get; init; } = PhysicalAddress.None;

    /// <summary>For a veth, the index of its other end, in that end's namespace; else 0.</summary>
    public uint Peer { get; init; }

    /// <summary>The namespace of its other end, as a number that this namespace has for it; -1 when that is here.</summary>
    public int PeerNamespace { get; init; } = -1;

    /// <summary>The bridge that it is a port of, or 0.</summary>
    public uint Master { get; init; }

    /// <summary>Whether that bridge takes packets from it for all other ports, and brings it theirs.</summary>
    public bool IsOpenPort { get; init; }

    /// <summary>Whether this is a bridge that lets filters see its packets: by VLAN, or those of netfilter.</summary>
    public bool FiltersBridged { get; init; }

    /// <summary>The kind of queueing discipline through which it sends, <c>noqueue</c> if it needs none.</summary>
    public string QueueingDiscipline { get; init; } = "";

    /// <summary>How many there are who want to see all packets on it. A bridge is one, on its ports.</summary>
    public uint Promiscuity { get; init; }

    public bool IsVeth => Kind == "veth";

    public bool IsBridge => Kind == Bridge;

    internal const string Bridge = "bridge";
}

/// <summary>An address of an interface.</summary>
/// <param name="Interface">The interface's index.</param>
/// <param name="Address">The interface's own address.</param>
/// <param name="Broadcast">The subnet's broadcast address, or null.</param>
public sealed record LinkAddress(uint Interface, IPAddress Address, IPAddress? Broadcast);

/// <summary>What a <see cref="NetlinkMonitor"/> tells.</summary>
public abstract record LinkChange;

/// <summary>An interface is there, as it is now.</summary>
public sealed record LinkSeen(Link Link) : LinkChange;

/// <summary>An interface is another port than before, or none any more: it is to be looked at.</summary>
/// <param name="Interface">Its index.</param>
public sealed record PortChanged(uint Interface) : LinkChange;

/// <summary>An interface is gone from the namespace: removed, or moved to another.</summary>
public sealed record LinkGone(Link Link) : LinkChange;

/// <summary>Addresses of the host's interfaces changed.</summary>
public sealed record AddressesChanged : LinkChange;

/// <summary>Filters or queueing disciplines came to the interface, or went.</summary>
/// <param name="Interface">Its index.</param>
public sealed record FiltersChanged(uint Interface) : LinkChange;

/// <summary>The kernel could not tell everything: list the interfaces anew.</summary>
public sealed record LinksMissed : LinkChange;
