using System.Text.Json.Serialization;

namespace Bulwark.Runtimes.Docker.Wire;

// Docker Engine API v1.41, ContainerInspect and ContainerList: the fields that are read.

internal sealed record ContainerJson
{
    public string? Id { get; init; }
    public string? Name { get; init; }
    public string? Path { get; init; }
    public string[]? Args { get; init; }
    public string? Image { get; init; }
    public ContainerStateJson? State { get; init; }
    public ContainerConfigJson? Config { get; init; }
    public ContainerHostConfigJson? HostConfig { get; init; }
    public ContainerMountJson[]? Mounts { get; init; }
    public ContainerNetworkSettingsJson? NetworkSettings { get; init; }
    public ContainerGraphDriverJson? GraphDriver { get; init; }
}

internal sealed record ContainerStateJson
{
    public string? Status { get; init; }
    public bool Running { get; init; }
    public bool Restarting { get; init; }
    public int Pid { get; init; }
    public string? StartedAt { get; init; }
}

internal sealed record ContainerConfigJson
{
    public string? Image { get; init; }
    public string[]? Entrypoint { get; init; }
    public string[]? Cmd { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
}

internal sealed record ContainerHostConfigJson
{
    public string? NetworkMode { get; init; }
}

internal sealed record ContainerMountJson
{
    public string? Type { get; init; }
    public string? Destination { get; init; }
}

internal sealed record ContainerGraphDriverJson
{
    public string? Name { get; init; }
    public Dictionary<string, string?>? Data { get; init; }
}

internal sealed record ContainerNetworkSettingsJson
{
    public string? SandboxKey { get; init; }
    public Dictionary<string, ContainerEndpointJson?>? Networks { get; init; }
}

internal sealed record ContainerEndpointJson
{
    [JsonPropertyName("NetworkID")]
    public string? NetworkId { get; init; }

    [JsonPropertyName("IPAddress")]
    public string? IPv4Address { get; init; }

    [JsonPropertyName("GlobalIPv6Address")]
    public string? GlobalIPv6Address { get; init; }

    public string? MacAddress { get; init; }
}

internal sealed record ContainerSummaryJson
{
    public string? Id { get; init; }
    public string? State { get; init; }
    public string[]? Names { get; init; }
}
