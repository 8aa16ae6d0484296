using System.Text.Json.Serialization;

namespace Bulwark.Images.Advisories;

/// <summary>One place that advisories came from.</summary>
/// <param name="Name"><c>debian</c>, <c>osv:npm</c>, …</param>
/// <param name="Origin">File or address that it was read from.</param>
/// <param name="AsOf">When its content was true: when it was fetched, or for an imported file the newest date that file gives.</param>
/// <param name="Advisories">How many it brought.</param>
/// <param name="Ecosystems">Ecosystems that it speaks about.</param>
public sealed record AdvisorySource(string Name, string Origin, DateTimeOffset AsOf, int Advisories, string[] Ecosystems)
{
    /// <summary>
    /// How the place names the state that was fetched: the official source's name, then entity tags, a checksum or the time of the newest
    /// change. Null if it does not say. What has not changed need not be fetched again.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Revision { get; init; }

    /// <summary>The official source that it was fetched from; null if it was imported.</summary>
    [JsonIgnore]
    public string? OfficialName => Revision?.Split(' ')[0];

    /// <summary>Stands for an ecosystem where a source says which vulnerabilities are exploited.</summary>
    public const string Exploited = "exploited";

    /// <summary>Stands for an ecosystem where a source says how likely vulnerabilities are to be exploited.</summary>
    public const string Likelihood = "epss";
}
