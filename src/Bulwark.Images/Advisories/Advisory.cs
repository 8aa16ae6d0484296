using System.Collections.Immutable;

namespace Bulwark.Images.Advisories;

/// <summary>What one source says about one vulnerability in one package of one ecosystem.</summary>
public sealed record Advisory
{
    /// <summary><c>debian:12</c>, <c>alpine:3.20</c>, <c>npm</c>, …</summary>
    public required string Ecosystem { get; init; }

    /// <summary>The package; for a distribution its source package. In the ecosystem's normal spelling.</summary>
    public required string Package { get; init; }

    /// <summary><c>CVE-2024-3094</c>, <c>GHSA-…</c>, <c>GO-…</c>.</summary>
    public required string Id { get; init; }

    /// <summary>Other names of the same vulnerability.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    public AdvisoryState State { get; init; } = AdvisoryState.Affected;

    /// <summary>As the source rates it.</summary>
    public Severity Severity { get; init; }

    /// <summary>CVSS base score in tenths (98 is 9.8); 0 when there is none.</summary>
    public byte ScoreTenths { get; init; }

    /// <summary>Versions that are vulnerable, if ranges say it.</summary>
    public ImmutableArray<VersionRange> Ranges { get; init; } = [];

    /// <summary>Versions that are vulnerable, one by one, where there are no ranges.</summary>
    public ImmutableArray<string> Versions { get; init; } = [];

    /// <summary>A line on what it is, or empty.</summary>
    public string Summary { get; init; } = "";

    /// <summary>What the source adds: <c>DSA-5417-1</c>, <c>Minor issue</c>; or empty.</summary>
    public string Note { get; init; } = "";

    /// <summary>Name of the source: <c>debian</c>, <c>osv:npm</c>.</summary>
    public required string Source { get; init; }
}
