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

    public bool IsVeth => Kind == "veth";
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

/// <summary>An interface is gone from the namespace: removed, or moved to another.</summary>
public sealed record LinkGone(Link Link) : LinkChange;

/// <summary>Addresses of the host's interfaces changed.</summary>
public sealed record AddressesChanged : LinkChange;

/// <summary>Filters came to the interface or went, or their queueing discipline did.</summary>
/// <param name="Interface">Its index.</param>
public sealed record FiltersChanged(uint Interface) : LinkChange;

/// <summary>The kernel could not tell everything: list the interfaces anew.</summary>
public sealed record LinksMissed : LinkChange;
