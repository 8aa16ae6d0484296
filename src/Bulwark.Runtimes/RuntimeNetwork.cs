using System.Collections.Immutable;
using System.Net;

namespace Bulwark.Runtimes;

/// <summary>A network that a runtime made for containers.</summary>
/// <param name="Id">The runtime's full id.</param>
/// <param name="Name">The runtime's name for it.</param>
/// <param name="Driver">What carries it: <c>bridge</c>, <c>host</c>, <c>null</c>, <c>overlay</c>, <c>macvlan</c>, …</param>
public sealed record RuntimeNetwork(string Id, string Name, string Driver)
{
    /// <summary>The host's bridge interface, or empty when the network has none.</summary>
    public string BridgeInterface { get; init; } = "";

    /// <summary>Its ranges, IPv4 and IPv6.</summary>
    public ImmutableArray<IPNetwork> Subnets { get; init; } = [];

    /// <summary>The host's own addresses in it; not every runtime tells them.</summary>
    public ImmutableArray<IPAddress> Gateways { get; init; } = [];

    /// <summary>The services that answer in it at virtual addresses.</summary>
    public ImmutableArray<NetworkService> Services { get; init; } = [];

    /// <summary>This host's addresses in it from which it hands on what is asked of services.</summary>
    public ImmutableArray<IPAddress> Balancers { get; init; } = [];

    /// <summary>Whether it is of a swarm: its services come and go on other hosts, of which no event tells.</summary>
    public bool IsOfSwarm { get; init; }
}
