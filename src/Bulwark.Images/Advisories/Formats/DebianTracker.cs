using System.Text.Json;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Advisories.Formats;

/// <summary>
/// Debian's security tracker as JSON (https://security-tracker.debian.org/tracker/data/json):
/// <c>{source: {CVE: {description, releases: {codename: {status, fixed_version, urgency, nodsa, nodsa_reason}}}}}</c>. It leaves out
/// releases that Debian no longer looks after.
/// </summary>
internal static class DebianTracker
{
    public const string Source = "debian";

    private const int LongestSummary = 200;

    /// <exception cref="JsonException">It is no such JSON.</exception>
    public static void Read(ReadOnlySpan<byte> json, Action<Advisory> add)
    {
        var reader = new Utf8JsonReader(json);
        Begin(ref reader);
        while (Property(ref reader) is { } package)
        {
            Begin(ref reader);
            while (Property(ref reader) is { } id)
                ReadIssue(ref reader, package, id, add);
        }
    }

    private static void ReadIssue(ref Utf8JsonReader reader, string package, string id, Action<Advisory> add)
    {
        var (summary, releases) = ("", new List<(string Codename, Release Release)>());
        Begin(ref reader);
        while (Property(ref reader) is { } name)
        {
            if (name == "releases")
            {
                Begin(ref reader);
                while (Property(ref reader) is { } codename)
                    releases.Add((codename, ReadRelease(ref reader)));
            }
            else if (name == "description" && reader.Read() && reader.TokenType == JsonTokenType.String)
                summary = reader.GetString()!;
            else
                reader.Skip();
        }
        foreach (var (codename, release) in releases)
        {
            if (DebianReleases.Number(codename) is not { } number)
                continue;
            var state = release.State;
            add(new()
            {
                Ecosystem = $"debian:{number}",
                Package = package,
                Id = id,
                State = state,
                Severity = release.Severity,
                Ranges = state == AdvisoryState.NotAffected ? [] : [new("", state == AdvisoryState.Fixed ? release.FixedVersion : "", "")],
                Summary = summary.Length > LongestSummary ? summary[..LongestSummary] : summary,
                Note = release.Note,
                Source = Source,
            });
        }
    }

    private static Release ReadRelease(ref Utf8JsonReader reader)
    {
        var release = new Release();
        Begin(ref reader);
        while (Property(ref reader) is { } name)
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                reader.Skip();
                continue;
            }
            var value = reader.GetString()!;
            release = name switch
            {
                "status" => release with { Status = value },
                "fixed_version" => release with { FixedVersion = value },
                "urgency" => release with { Urgency = value },
                "nodsa" => release with { Note = value, HasNoAdvisory = true },
                "nodsa_reason" => release with { Reason = value, HasNoAdvisory = true },
                _ => release,
            };
        }
        return release;
    }

    private static void Begin(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("an object is missing where the tracker has one");
    }

    private static string? Property(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
            throw new JsonException("it ends too early");
        return reader.TokenType == JsonTokenType.PropertyName ? reader.GetString() : null;
    }

    private sealed record Release
    {
        public string Status { get; init; } = "";
        public string FixedVersion { get; init; } = "";
        public string Urgency { get; init; } = "";
        public string Reason { get; init; } = "";
        public string Note { get; init; } = "";
        public bool HasNoAdvisory { get; init; }

        public AdvisoryState State => (Status, FixedVersion) switch
        {
            ("resolved", "0") => AdvisoryState.NotAffected,
            ("resolved", _) => AdvisoryState.Fixed,
            ("undetermined", _) => AdvisoryState.Undetermined,
            _ when Urgency == "end-of-life" => AdvisoryState.EndOfLife,
            _ when Reason == "ignored" => AdvisoryState.WontFix,
            _ when HasNoAdvisory => AdvisoryState.Deferred,
            _ => AdvisoryState.Affected,
        };

        // Urgencies come with stars since the days when people and programs both set them.
        public Severity Severity => Urgency.TrimEnd('*') switch
        {
            "high" => Severity.High,
            "medium" => Severity.Medium,
            "low" => Severity.Low,
            "unimportant" => Severity.Negligible,
            _ => Severity.Unknown,
        };
    }
}
