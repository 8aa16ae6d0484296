using System.Text.Json;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Advisories.Formats;

/// <summary>Records of the Open Source Vulnerability format (https://ossf.github.io/osv-schema): GitHub, Go, PyPA, RustSec, and distributions.</summary>
internal static class Osv
{
    /// <returns>When it was last changed, and how many of its packages are of ecosystems that Bulwark does not know.</returns>
    /// <exception cref="JsonException">It is no such JSON.</exception>
    public static (DateTimeOffset? Modified, int Skipped) Read(ReadOnlySpan<byte> json, Action<Advisory> add)
    {
        var record = JsonSerializer.Deserialize(json, OsvJsonContext.Default.OsvJson) ?? throw new JsonException("it is empty");
        if (record.Id is not { Length: > 0 } id)
            throw new JsonException("it has no id");
        var skipped = 0;
        foreach (var affected in record.Withdrawn is null ? record.Affected ?? [] : [])
        {
            if (affected?.Package is not { Name: { Length: > 0 } name, Ecosystem: { } ecosystem })
                continue;
            if (OsvEcosystem.Of(ecosystem) is not var (key, kind))
            {
                skipped++;
                continue;
            }
            var ranges = OsvRanges.Of(affected.Ranges ?? [], kind.Ordering());
            string[] versions = ranges.IsEmpty ? affected.Versions ?? [] : [];
            if (ranges.IsEmpty && versions.Length == 0)
                continue; // Only commits are named.
            var score = (affected.Severity ?? record.Severity ?? []).Select(item => CvssVector.ScoreTenths(item?.Score ?? "") ?? (byte)0)
                .DefaultIfEmpty().Max();
            var advisory = new Advisory
            {
                Ecosystem = key,
                Package = kind.Normalise(name),
                Id = Name(id),
                Aliases = [.. Others(record, Name(id))],
                State = ranges.Any(range => range.Fixed.Length > 0) ? AdvisoryState.Fixed : AdvisoryState.Affected,
                Severity = Rated(record, affected, score),
                ScoreTenths = score,
                Ranges = ranges,
                Versions = [.. versions],
                Summary = record.Summary ?? "",
                Note = Name(id) == id ? "" : id,
                Source = $"osv:{key.Split(':')[0]}",
            };
            foreach (var one in kind.IsOfDistribution() ? OneByOne(advisory) : [advisory])
                add(one);
        }
        return (record.Modified, skipped);
    }

    private static IEnumerable<string> Others(OsvJson record, string name) =>
        (record.Aliases ?? []).Concat(record.Upstream ?? []).Where(alias => alias is { Length: > 0 } && alias != name).Distinct();

    // A distribution's record of one update (RHSA, SUSE-SU, USN) is about all that the update repairs. Its own lists go by vulnerability, and so do VEX,
    // KEV and EPSS.
    private static IEnumerable<Advisory> OneByOne(Advisory update)
    {
        var issues = update.Aliases.Where(alias => alias.StartsWith("CVE-", StringComparison.Ordinal)).ToList();
        return update.Id.StartsWith("CVE-", StringComparison.Ordinal) || issues.Count == 0
            ? [update]
            : issues.Select(issue => update with { Id = issue, Aliases = [], Note = update.Id });
    }

    // Records that only carry a CVE into a distribution are known by its name.
    private static string Name(string id) => id.IndexOf("-CVE-", StringComparison.Ordinal) is var at and > 0 && id[..at] is "DEBIAN" or "UBUNTU" or "ALPINE"
        ? id[(id.IndexOf("-CVE-", StringComparison.Ordinal) + 1)..]
        : id;

    // What the source says in words counts before the number.
    private static Severity Rated(OsvJson record, OsvAffectedJson affected, byte score)
    {
        var word = Word(affected.EcosystemSpecific, "severity") ?? Word(affected.EcosystemSpecific, "urgency") ?? Word(affected.DatabaseSpecific, "severity")
            ?? Word(record.DatabaseSpecific, "severity") ?? (record.Severity ?? []).FirstOrDefault(item => item?.Type == "Ubuntu")?.Score;
        return word?.ToLowerInvariant() switch
        {
            "critical" => Severity.Critical,
            "high" or "important" => Severity.High,
            "moderate" or "medium" => Severity.Medium,
            "low" => Severity.Low,
            "negligible" or "unimportant" => Severity.Negligible,
            _ => score > 0 ? CvssVector.Rate(score) : Severity.Unknown,
        };
    }

    private static string? Word(JsonElement? element, string name) => element is { ValueKind: JsonValueKind.Object } found
        && found.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
