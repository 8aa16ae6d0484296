using System.Text.Json.Serialization;

namespace Bulwark.Runtimes.Docker.Wire;

// Docker Engine API v1.41: SystemVersion, SystemInfo (the fields that are read), ErrorResponse, IdResponse, and the progress lines of ImageCreate.

internal sealed record VersionJson
{
    public string? Version { get; init; }
    public string? ApiVersion { get; init; }
    public string? MinAPIVersion { get; init; }
}

internal sealed record InfoJson
{
    public string? CgroupDriver { get; init; }

    /// <summary>Only since version 1.41 of the API.</summary>
    public string? CgroupVersion { get; init; }

    public bool LiveRestoreEnabled { get; init; }
    public Dictionary<string, RuntimeJson?>? Runtimes { get; init; }
    public string? DefaultRuntime { get; init; }
    public string? DockerRootDir { get; init; }
    public PluginsJson? Plugins { get; init; }
}

internal sealed record PluginsJson
{
    public string[]? Authorization { get; init; }
}

internal sealed record RuntimeJson
{
    [JsonPropertyName("path")]
    public string? Path { get; init; }

    [JsonPropertyName("runtimeArgs")]
    public string[]? RuntimeArgs { get; init; }
}

internal sealed record ErrorJson
{
    [JsonPropertyName("message")]
    public string? Message { get; init; }
}

internal sealed record IdJson
{
    public string? Id { get; init; }
}

internal sealed record ProgressJson
{
    [JsonPropertyName("status")]
    public string? Status { get; init; }

    [JsonPropertyName("error")]
    public string? Error { get; init; }
}
