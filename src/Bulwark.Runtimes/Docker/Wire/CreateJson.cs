namespace Bulwark.Runtimes.Docker.Wire;

// Docker Engine API v1.41, bodies of ContainerCreate, NetworkCreate, NetworkConnect and NetworkDisconnect.

internal sealed record CreateContainerJson
{
    public required string Image { get; init; }
    public string[]? Cmd { get; init; }
    public string[]? Env { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    public Dictionary<string, EmptyJson>? ExposedPorts { get; init; }
    public CreateHostConfigJson? HostConfig { get; init; }
    public CreateNetworkingConfigJson? NetworkingConfig { get; init; }
}

internal sealed record CreateNetworkingConfigJson
{
    /// <summary>By the network's name or id.</summary>
    public required Dictionary<string, CreateEndpointJson> EndpointsConfig { get; init; }
}

internal sealed record CreateEndpointJson
{
    public string[]? Aliases { get; init; }
}

internal sealed record CreateHostConfigJson
{
    public string? NetworkMode { get; init; }
    public Dictionary<string, PortBindingJson[]>? PortBindings { get; init; }
}

internal sealed record PortBindingJson
{
    public string? HostIp { get; init; }
    public string? HostPort { get; init; }
}

internal sealed record EmptyJson;

internal sealed record CreateNetworkJson
{
    public required string Name { get; init; }
    public required string Driver { get; init; }
    public bool CheckDuplicate { get; init; }
    public bool EnableIPv6 { get; init; }
    public NetworkAddressingJson? IPAM { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
}

internal sealed record NetworkMemberJson
{
    public required string Container { get; init; }
}
