using Bulwark.Images.Packages;

namespace Bulwark.Images.Advisories.Formats;

/// <summary>
/// The security tracker's list of all vulnerabilities, <c>data/CVE/list</c>. It goes together with the lists of advisories: where a release has
/// no line of its own, and no advisory repaired it there, the line of unstable counts.
/// <code>
/// CVE-2023-31484 (CPAN.pm before 2.35 does not verify TLS certificates …)
///         {DLA-3926-1}
///         - perl 5.38.2-2 (bug #1035109)
///         [bookworm] - perl 5.36.0-7+deb12u3
/// </code>
/// </summary>
internal static class DebianCveList
{
    /// <summary>What it says of a release.</summary>
    public const string Source = "debian-cve";

    /// <summary>What it says of unstable, which counts for a release that nothing else is said about.</summary>
    public const string UnstableSource = "debian-cve-unstable";

    private const int LongestSummary = 200;

    // The releases that anyone may still scan; older ones are in the lists of advisories.
    private static readonly int[] s_releases = [10, 11, 12, 13, 14];

    public static void Read(TextReader text, Action<Advisory> add)
    {
        var (id, summary) = ("", "");
        var lines = new List<Line>();
        while (text.ReadLine() is { } line)
        {
            if (line.Length > 0 && !char.IsWhiteSpace(line[0]))
            {
                Finish(id, summary, lines, add);
                lines.Clear();
                var words = line.Split(' ', 2);
                id = words[0].StartsWith("CVE-", StringComparison.Ordinal) ? words[0] : "";
                summary = words.Length > 1 ? words[1].Trim(' ', '(', ')') : "";
            }
            else if (id.Length > 0 && Line.Parse(line.Trim()) is { } parsed)
                lines.Add(parsed);
        }
        Finish(id, summary, lines, add);
    }

    private static void Finish(string id, string summary, List<Line> lines, Action<Advisory> add)
    {
        // CVE-2024-XXXX stands for one that has no number yet.
        if (id.Length == 0 || id.EndsWith("XXXX", StringComparison.Ordinal))
            return;
        foreach (var line in lines)
        {
            if (line.Release.Length > 0)
            {
                if (DebianReleases.Number(line.Release) is { } number)
                    Add(number, line, Source);
                continue;
            }
            Add(DebianReleases.Sid, line, Source);
            foreach (var release in s_releases)
            {
                var number = release.ToString(System.Globalization.CultureInfo.InvariantCulture);
                if (!lines.Exists(other => other.Package == line.Package && DebianReleases.Number(other.Release) == number))
                    Add(number, line, UnstableSource);
            }
        }
        void Add(string release, Line line, string source) => add(new()
        {
            Ecosystem = $"debian:{release}",
            Package = line.Package,
            Id = id,
            State = line.State,
            Severity = line.Severity,
            Ranges = line.State == AdvisoryState.NotAffected ? [] : [new("", line.Version, "")],
            Summary = summary.Length > LongestSummary ? summary[..LongestSummary] : summary,
            Note = line.Note,
            Source = source,
        });
    }

    /// <summary>"[bookworm] - sqlite3 &lt;no-dsa&gt; (Minor issue)".</summary>
    private sealed record Line(string Release, string Package, AdvisoryState State, string Version, Severity Severity, string Note)
    {
        public static Line? Parse(string line)
        {
            var release = "";
            if (line.StartsWith('[') && line.IndexOf(']', StringComparison.Ordinal) is var close and > 1)
                (release, line) = (line[1..close], line[(close + 1)..].Trim());
            if (line.Split(' ', 4, StringSplitOptions.RemoveEmptyEntries) is not ["-", var package, var version, .. var rest])
                return null;
            var remark = rest is [var text] ? text.Trim('(', ')') : "";
            AdvisoryState? state = version switch
            {
                "<not-affected>" => AdvisoryState.NotAffected,
                "<unfixed>" => AdvisoryState.Affected,
                "<no-dsa>" or "<postponed>" => AdvisoryState.Deferred,
                "<ignored>" => AdvisoryState.WontFix,
                "<end-of-life>" => AdvisoryState.EndOfLife,
                "<undetermined>" => AdvisoryState.Undetermined,
                // Not in Debian, or no longer: nobody has it installed from there.
                ['<', ..] => null,
                _ => AdvisoryState.Fixed,
            };
            if (state is null)
                return null;
            var words = remark.Split(';', StringSplitOptions.TrimEntries);
            var severity = words.Contains("unimportant") ? Severity.Negligible : words.Contains("low") ? Severity.Low
                : words.Contains("medium") ? Severity.Medium : words.Contains("high") ? Severity.High : Severity.Unknown;
            return new(release, package, state.Value, state == AdvisoryState.Fixed ? version : "", severity, release.Length > 0 ? remark : "");
        }
    }
}
