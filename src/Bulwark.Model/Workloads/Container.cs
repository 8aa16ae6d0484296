using System.Collections.Immutable;
using System.Net;

namespace Bulwark.Model.Workloads;

/// <summary>One running container, as its runtime names it.</summary>
/// <param name="Id">The runtime's full id: 64 hexadecimal digits for Docker.</param>
/// <param name="Name">The runtime's name for it, without a leading slash.</param>
public sealed record Container(string Id, string Name)
{
    /// <summary>The image as it was asked for, for example <c>registry:5000/shop/web:1.2</c>.</summary>
    public string Image { get; init; } = "";

    /// <summary>The content digest of the image (<c>sha256:…</c>).</summary>
    public string ImageDigest { get; init; } = "";

    /// <summary>Entry point and arguments.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Process id of its first process in the agent's process namespace, or 0 while there is none.</summary>
    public int ProcessId { get; init; }

    /// <summary>Path of its network namespace, or empty when it has none of its own (<c>--network host</c>).</summary>
    public string NetworkNamespace { get; init; } = "";

    /// <summary>Its networks: the addresses it has there.</summary>
    public ImmutableArray<ContainerNetwork> Networks { get; init; } = [];

    /// <summary>Where something is mounted into it that is not of its image; null if that is not known.</summary>
    public ImmutableArray<string>? Mounts { get; init; }

    /// <summary>Where its files lie on the host; null if that is not known.</summary>
    public ContainerRoot? Root { get; init; }

    public bool IsRunning { get; init; }

    public DateTimeOffset StartedAt { get; init; }
}

/// <summary>A container's place in one network.</summary>
/// <param name="Name">The network's name.</param>
/// <param name="Id">The network's id.</param>
/// <param name="Addresses">The container's addresses there, IPv4 and IPv6.</param>
/// <param name="MacAddress">Its hardware address there, or empty.</param>
public sealed record ContainerNetwork(string Name, string Id, ImmutableArray<IPAddress> Addresses, string MacAddress);
