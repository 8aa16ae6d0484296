using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bulwark.Images.Advisories.Formats;

// The parts of an OSV record that matter (https://ossf.github.io/osv-schema).

internal sealed record OsvJson
{
    public string? Id { get; init; }
    public string[]? Aliases { get; init; }

    /// <summary>For a distribution's record: the vulnerabilities that it is about.</summary>
    public string[]? Upstream { get; init; }

    public DateTimeOffset? Modified { get; init; }
    public DateTimeOffset? Withdrawn { get; init; }
    public string? Summary { get; init; }
    public OsvSeverityJson[]? Severity { get; init; }
    public OsvAffectedJson[]? Affected { get; init; }

    [JsonPropertyName("database_specific")]
    public JsonElement? DatabaseSpecific { get; init; }
}

internal sealed record OsvSeverityJson
{
    public string? Type { get; init; }
    public string? Score { get; init; }
}

internal sealed record OsvAffectedJson
{
    public OsvPackageJson? Package { get; init; }
    public OsvRangeJson[]? Ranges { get; init; }
    public string[]? Versions { get; init; }
    public OsvSeverityJson[]? Severity { get; init; }

    [JsonPropertyName("ecosystem_specific")]
    public JsonElement? EcosystemSpecific { get; init; }

    [JsonPropertyName("database_specific")]
    public JsonElement? DatabaseSpecific { get; init; }
}

internal sealed record OsvPackageJson
{
    public string? Ecosystem { get; init; }
    public string? Name { get; init; }
}

internal sealed record OsvRangeJson
{
    public string? Type { get; init; }
    public OsvEventJson[]? Events { get; init; }
}

internal sealed record OsvEventJson
{
    public string? Introduced { get; init; }
    public string? Fixed { get; init; }

    [JsonPropertyName("last_affected")]
    public string? LastAffected { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OsvJson))]
internal sealed partial class OsvJsonContext : JsonSerializerContext;
