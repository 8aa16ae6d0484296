using System.Text.Json.Serialization;

namespace Bulwark.Images.Sources.Wire;

// Only what Bulwark reads. Formats: OCI image specification 1.1 (config.md, manifest.md, image-index.md) and, for DockerManifestJson,
// "docker save" as described in the Moby image specification 1.2.

internal sealed record DescriptorJson
{
    public string? MediaType { get; init; }
    public string? Digest { get; init; }
    public long? Size { get; init; }
    public PlatformJson? Platform { get; init; }
    public Dictionary<string, string?>? Annotations { get; init; }
}

internal sealed record PlatformJson
{
    public string? Architecture { get; init; }
    public string? Os { get; init; }
    public string? Variant { get; init; }
}

/// <summary>A manifest or an index: which of both is told by what is in it, since media types are optional.</summary>
internal sealed record ManifestJson
{
    public DescriptorJson? Config { get; init; }
    public DescriptorJson[]? Layers { get; init; }
    public DescriptorJson[]? Manifests { get; init; }
    public Dictionary<string, string?>? Annotations { get; init; }
}

internal sealed record DockerManifestJson
{
    [JsonPropertyName("Config")]
    public string? Config { get; init; }

    [JsonPropertyName("RepoTags")]
    public string[]? RepoTags { get; init; }

    [JsonPropertyName("Layers")]
    public string[]? Layers { get; init; }
}

internal sealed record ConfigurationJson
{
    public string? Architecture { get; init; }
    public string? Os { get; init; }
    public string? Variant { get; init; }
    public DateTimeOffset? Created { get; init; }
    public ContainerConfigurationJson? Config { get; init; }
    public RootJson? Rootfs { get; init; }
    public HistoryJson[]? History { get; init; }
}

internal sealed record ContainerConfigurationJson
{
    [JsonPropertyName("User")]
    public string? User { get; init; }

    [JsonPropertyName("Env")]
    public string[]? Env { get; init; }

    [JsonPropertyName("Entrypoint")]
    public string[]? Entrypoint { get; init; }

    [JsonPropertyName("Cmd")]
    public string[]? Cmd { get; init; }

    [JsonPropertyName("Labels")]
    public Dictionary<string, string?>? Labels { get; init; }

    [JsonPropertyName("Healthcheck")]
    public HealthcheckJson? Healthcheck { get; init; }
}

/// <summary>What Docker says of a container (Docker Engine API, "Inspect a container").</summary>
internal sealed record ContainerJson
{
    [JsonPropertyName("Id")]
    public string? Id { get; init; }

    [JsonPropertyName("State")]
    public ContainerStateJson? State { get; init; }

    [JsonPropertyName("Name")]
    public string? Name { get; init; }

    [JsonPropertyName("Image")]
    public string? Image { get; init; }

    [JsonPropertyName("Platform")]
    public string? Platform { get; init; }

    [JsonPropertyName("Config")]
    public ContainerConfigurationJson? Config { get; init; }
}

/// <summary>Whether a container runs.</summary>
internal sealed record ContainerStateJson
{
    [JsonPropertyName("Running")]
    public bool Running { get; init; }

    /// <summary>Its first process, as the machine numbers them.</summary>
    [JsonPropertyName("Pid")]
    public long Pid { get; init; }
}

/// <summary>What Docker says of an image (Docker Engine API, "Inspect an image").</summary>
internal sealed record DescribedImageJson
{
    [JsonPropertyName("Id")]
    public string? Id { get; init; }

    [JsonPropertyName("RepoTags")]
    public string[]? RepoTags { get; init; }

    [JsonPropertyName("Created")]
    public DateTimeOffset? Created { get; init; }

    [JsonPropertyName("Architecture")]
    public string? Architecture { get; init; }

    [JsonPropertyName("Os")]
    public string? Os { get; init; }

    [JsonPropertyName("Config")]
    public ContainerConfigurationJson? Config { get; init; }

    [JsonPropertyName("RootFS")]
    public DescribedLayersJson? RootFS { get; init; }
}

internal sealed record DescribedLayersJson
{
    [JsonPropertyName("Layers")]
    public string[]? Layers { get; init; }
}

/// <summary>A step as Docker tells it (Docker Engine API, "Get the history of an image"): without saying whether it made a layer.</summary>
internal sealed record DescribedStepJson
{
    [JsonPropertyName("CreatedBy")]
    public string? CreatedBy { get; init; }
}

/// <summary>An image in Docker's list of them (Docker Engine API, "List images").</summary>
internal sealed record ListedImageJson
{
    [JsonPropertyName("Id")]
    public string? Id { get; init; }

    [JsonPropertyName("RepoTags")]
    public string[]? RepoTags { get; init; }
}

internal sealed record HealthcheckJson
{
    [JsonPropertyName("Test")]
    public string[]? Test { get; init; }
}

internal sealed record RootJson
{
    [JsonPropertyName("diff_ids")]
    public string[]? DiffIds { get; init; }
}

internal sealed record HistoryJson
{
    public DateTimeOffset? Created { get; init; }

    [JsonPropertyName("created_by")]
    public string? CreatedBy { get; init; }

    [JsonPropertyName("empty_layer")]
    public bool? EmptyLayer { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ManifestJson))]
[JsonSerializable(typeof(DockerManifestJson[]))]
[JsonSerializable(typeof(ConfigurationJson))]
[JsonSerializable(typeof(ContainerJson))]
[JsonSerializable(typeof(DescribedImageJson))]
[JsonSerializable(typeof(DescribedStepJson[]))]
[JsonSerializable(typeof(ListedImageJson[]))]
internal sealed partial class ImageJsonContext : JsonSerializerContext;
