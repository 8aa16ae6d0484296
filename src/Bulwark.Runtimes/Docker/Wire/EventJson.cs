using System.Text.Json.Serialization;

namespace Bulwark.Runtimes.Docker.Wire;

// Docker Engine API v1.41, SystemEvents: the fields that are read.

internal sealed record EventJson
{
    public string? Type { get; init; }
    public string? Action { get; init; }
    public EventActorJson? Actor { get; init; }

    [JsonPropertyName("timeNano")]
    public long TimeNano { get; init; }
}

internal sealed record EventActorJson
{
    [JsonPropertyName("ID")]
    public string? Id { get; init; }

    public Dictionary<string, string>? Attributes { get; init; }
}
