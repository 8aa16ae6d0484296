namespace Bulwark.Runtimes.Docker.Wire;

// Docker Engine API v1.41, NetworkInspect and NetworkList: the fields that are read.

internal sealed record NetworkJson
{
    public string? Id { get; init; }
    public string? Name { get; init; }
    public string? Driver { get; init; }

    /// <summary><c>local</c> or <c>swarm</c>.</summary>
    public string? Scope { get; init; }
    public NetworkAddressingJson? IPAM { get; init; }
    public Dictionary<string, string>? Options { get; init; }

    /// <summary>By container id; only in NetworkInspect.</summary>
    public Dictionary<string, NetworkEndpointJson?>? Containers { get; init; }

    /// <summary>By name; only in NetworkInspect when it is asked to be verbose.</summary>
    public Dictionary<string, NetworkServiceJson?>? Services { get; init; }
}

internal sealed record NetworkServiceJson
{
    public string? VIP { get; init; }
    public NetworkTaskJson?[]? Tasks { get; init; }
}

internal sealed record NetworkTaskJson
{
    public string? EndpointIP { get; init; }
}

internal sealed record NetworkAddressingJson
{
    public NetworkRangeJson[]? Config { get; init; }
}

internal sealed record NetworkRangeJson
{
    public string? Subnet { get; init; }
    public string? Gateway { get; init; }
}

internal sealed record NetworkEndpointJson
{
    public string? MacAddress { get; init; }

    /// <summary>With a prefix length, as is <see cref="IPv6Address"/>.</summary>
    public string? IPv4Address { get; init; }

    public string? IPv6Address { get; init; }
}
