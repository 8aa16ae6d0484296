using System.Globalization;
using Bulwark.Cli.Output;
using Bulwark.Images.Advisories;
using Bulwark.Images.Findings;
using Bulwark.Images.Packages;
using Bulwark.Images.Running;
using Bulwark.Images.Scanning;

namespace Bulwark.Cli.Commands;

/// <summary>A scan as a page: what the image is, what is wrong with it, what stays unknown, what to do.</summary>
internal static class ScanListing
{
    private const int MostRemedies = 15;

    private static readonly string[] s_together = ["apt-get install --only-upgrade ", "apk upgrade ", "dnf upgrade "];

    public static void Write(ScanResult result, bool all, Screen screen)
    {
        Head(result, screen);
        var shown = result.Findings.Where(finding => all || IsShown(finding)).ToList();
        if (shown.Count > 0)
        {
            screen.Line();
            Table(result, shown, screen);
        }
        Unknown(result, screen);
        Remedies(shown, screen);
        Hidden(result, all, screen);
    }

    private static bool IsShown(Finding finding) => finding.Suppression is null && finding.Severity != Severity.Negligible
        && finding.Vulnerability is not { IsKernelHeaders: true };

    private static void Head(ScanResult result, Screen screen)
    {
        Fact(screen, "image", $"{result.Name} ({result.Origin})");
        if (result.Id.Length > 0)
            Fact(screen, "id", result.Id);
        Fact(screen, "system", $"{result.Distribution?.Name ?? "none that is known"}, {Words.Count(result.Packages.Length, "package")}");
        if (!result.Bases.IsEmpty)
            Fact(screen, "built on", $"{string.Join(", ", result.Bases.Reverse().Select(found => found.Name))}; of what is found, {Share(result)} from there");
        else if (result.ClaimedBase.Length > 0)
            Fact(screen, "built on", $"{result.ClaimedBase}, as it says itself; which layers are that one's is not known");
        Fact(screen, "judged by", result.Advisories.IsEmpty
            ? new Cell("nothing: there are no advisories", Tone.Bad)
            : string.Join(", ", result.Advisories.Where(source => IsUsed(source, result))
                .Select(source => $"{source.Name} (of {Words.Ago(source.AsOf, screen.Clock)})").DefaultIfEmpty("nothing: no advisories are about what is in it")));
        Fact(screen, "malware by", string.Join(", ", result.Engines.Select(engine => $"{engine.Name} ({engine.About})").Prepend("own signs")));
        Fact(screen, "found", Counts(result));
    }

    private static string Share(ScanResult result)
    {
        var counted = result.Findings.Where(IsShown).ToList();
        var count = counted.Count(finding => result.BaseOf(finding.Layer).Length > 0);
        return string.Create(CultureInfo.InvariantCulture, $"{count:N0} of {counted.Count:N0} {(count == 1 ? "is" : "are")}");
    }

    private static bool IsUsed(AdvisorySource source, ScanResult result) => source.Ecosystems.Any(ecosystem =>
        ecosystem == result.Distribution?.Ecosystem || ecosystem == AdvisorySource.Exploited || ecosystem == AdvisorySource.Likelihood
        || result.Packages.Any(package => Images.Matching.Matcher.EcosystemOf(package.Package, result.Distribution) == ecosystem));

    private static Cell Counts(ScanResult result)
    {
        var counted = result.Findings.Where(IsShown).ToList();
        if (counted.Count == 0)
            return new("nothing", result.CannotTell.Any(doubt => doubt.IsGrave) ? Tone.Plain : Tone.Good);
        var bySeverity = counted.GroupBy(finding => finding.Severity).OrderByDescending(group => group.Key)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count():N0} {Word(group.Key)}"));
        var fixable = counted.Count(finding => finding.Vulnerability is { FixedVersion.Length: > 0 });
        return new(
            $"{string.Join(", ", bySeverity)}{(fixable > 0 ? $"; an update repairs {fixable.ToString("N0", CultureInfo.InvariantCulture)}" : "")}",
            counted[0].Severity >= Severity.High ? Tone.Bad : Tone.Warning);
    }

    private static void Table(ScanResult result, List<Finding> findings, Screen screen)
    {
        // Of images nothing is known to be in use, or not to be.
        var isRunning = findings.Exists(finding => finding.Vulnerability is { Use: not PackageUse.Unknown });
        var listing = new Listing(
        [
            new("SEVERITY"), new("ID"), new("WHERE", Shrinks: true), new("INSTALLED"), new("REPAIRED IN"), .. isRunning ? [new Column("IN USE")] : (Column[])[],
            new("LAYER", Right: true), new("WHAT", Shrinks: true),
        ]);
        // A source's binary packages share its vulnerabilities; one row says it for all of them.
        foreach (var group in findings.GroupBy(RowOf))
        {
            var first = group.First();
            var package = first.Vulnerability?.Package.Package;
            listing.Row(
            [
                SeverityOf(first), first.Id, package is null ? Cell.OrDash(first.Path) : Names(group), package is null ? Cell.Faint("-") : package.Version,
                Repaired(first), .. isRunning ? [Cell.OrDash(group.Max(finding => finding.Vulnerability?.Use ?? PackageUse.Unknown).Word())] : (Cell[])[],
                first.Layer is { } layer ? layer.ToString(CultureInfo.InvariantCulture) : Cell.Faint("-"),
                first.Suppression is { } suppression ? Cell.Faint($"suppressed: {suppression.Reason}") : What(first),
            ]);
        }
        listing.WriteTo(screen);
        Layers(result, findings, screen);
    }

    private static (string, string, string, string, int?, bool) RowOf(Finding finding) => finding.Vulnerability is { } vulnerability
        ? (finding.Id, vulnerability.Package.Package.Source, vulnerability.Package.Package.SourceVersion, vulnerability.FixedVersion, finding.Layer, finding.Suppression is not null)
        : (finding.Id, finding.Path, finding.Title, "", finding.Layer, finding.Suppression is not null);

    private static string Names(IEnumerable<Finding> group)
    {
        var names = group.Select(finding => finding.Vulnerability!.Package.Package.Name).Distinct().Order(StringComparer.Ordinal).ToList();
        return names.Count <= 3 ? string.Join(", ", names) : $"{names[0]}, {names[1]} and {names.Count - 2} more";
    }

    private static Cell SeverityOf(Finding finding) => new(Word(finding.Severity), finding.Severity switch
    {
        Severity.Critical or Severity.High => Tone.Bad,
        Severity.Medium => Tone.Warning,
        _ => Tone.Plain,
    });

    private static Cell Repaired(Finding finding) => finding.Vulnerability switch
    {
        null => Cell.Faint("-"),
        { FixedVersion: { Length: > 0 } version } => new(version, Tone.Good),
        { State: AdvisoryState.WontFix } => "won't be",
        { State: AdvisoryState.Deferred } => "later",
        { State: AdvisoryState.EndOfLife } => "end of life",
        { State: AdvisoryState.Undetermined } => "undetermined",
        _ => "not yet",
    };

    private static Cell What(Finding finding) =>
        string.Join("; ", ((string?[])[finding.Vulnerability?.Exploitation is { IsKnown: true } ? "exploited" : null, finding.Title, finding.Vulnerability?.Note]).Where(text => !string.IsNullOrEmpty(text)));

    private static void Layers(ScanResult result, List<Finding> findings, Screen screen)
    {
        var named = findings.Select(finding => finding.Layer).OfType<int>().Distinct().Order().Where(layer => result.HistoryOf(layer).Length > 0).ToList();
        if (named.Count == 0)
            return;
        screen.Line();
        foreach (var layer in named)
            screen.Line(Cell.Faint($"layer {layer}{(result.BaseOf(layer) is { Length: > 0 } found ? $" ({found})" : "")}: "), result.HistoryOf(layer));
    }

    private static void Unknown(ScanResult result, Screen screen)
    {
        if (result.CannotTell.IsEmpty)
            return;
        screen.Line();
        screen.Line(new Cell("Cannot tell", Tone.Strong));
        foreach (var group in result.CannotTell.GroupBy(doubt => (doubt.IsGrave, doubt.Kind, doubt.Reason, doubt.Hint)))
        {
            var subjects = group.Select(doubt => doubt.Subject).Where(subject => subject.Length > 0).Distinct().ToList();
            var about = subjects.Count == 0 ? "the image" : string.Join(", ", subjects.Take(5)) + (subjects.Count > 5 ? $" and {subjects.Count - 5} more" : "");
            screen.Line("  ", new Cell(about, group.Key.IsGrave ? Tone.Bad : Tone.Warning), $": {group.Key.Reason}",
                Cell.Faint(group.Key.Hint.Length > 0 ? $"; try: {group.Key.Hint}" : ""));
        }
    }

    private static void Remedies(List<Finding> shown, Screen screen)
    {
        var fixable = shown.Where(finding => finding.Fix.Length > 0 && finding.Suppression is null).ToList();
        if (fixable.Count == 0)
            return;
        screen.Line();
        screen.Line(new Cell("To do", Tone.Strong));
        // The package manager of a distribution takes all packages at once; elsewhere the newest of a package's repairs does for all.
        var lines = fixable.GroupBy(finding => Together(finding.Fix) is { Length: > 0 } start ? start : NewestFix(finding, fixable))
            .OrderByDescending(group => group.Max(finding => finding.Severity)).ThenByDescending(group => group.Count()).ToList();
        foreach (var group in lines.Take(MostRemedies))
        {
            var text = s_together.Contains(group.Key)
                ? group.Key + string.Join(' ', group.Select(finding => finding.Fix[group.Key.Length..]).Distinct().Order(StringComparer.Ordinal))
                : group.Key;
            screen.Line("  ", text, Cell.Faint($"   # {Words.Count(group.Count(), "finding")}"));
        }
        if (lines.Count > MostRemedies)
            screen.Line(Cell.Faint($"  and {lines.Count - MostRemedies} more: -o json has them all"));
    }

    private static string NewestFix(Finding finding, List<Finding> all)
    {
        if (finding.Vulnerability?.Package.Package is not { } package)
            return finding.Fix;
        var newest = finding;
        foreach (var other in all.Where(other => other.Vulnerability?.Package.Package is { } same && same.Kind == package.Kind && same.Name == package.Name))
        {
            if (package.Kind.Ordering().Compare(other.Vulnerability!.FixedVersion, newest.Vulnerability!.FixedVersion) > 0)
                newest = other;
        }
        return newest.Fix;
    }

    private static string Together(string fix) =>
        Array.Find(s_together, start => fix.StartsWith(start, StringComparison.Ordinal)) ?? "";

    private static void Hidden(ScanResult result, bool all, Screen screen)
    {
        if (all)
            return;
        string[] parts =
        [
            Part(result.Findings.Count(finding => finding.Suppression is not null), "suppressed"),
            Part(result.Findings.Count(finding => finding.Suppression is null && finding.Vulnerability is { IsKernelHeaders: true }), "in kernel headers"),
            Part(result.Findings.Count(finding => finding.Suppression is null && finding.Severity == Severity.Negligible
                && finding.Vulnerability is not { IsKernelHeaders: true }), "negligible"),
        ];
        if (parts.Any(part => part.Length > 0))
            screen.Note($"Not shown: {string.Join(", ", parts.Where(part => part.Length > 0))}. Show them: --all");
    }

    private static string Part(int count, string what) => count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}");

    // "Unknown" would read like "unimportant".
    private static string Word(Severity severity) => severity == Severity.Unknown ? "unrated" : severity.ToString().ToLowerInvariant();

    private static void Fact(Screen screen, string name, Cell value) => screen.Line(Cell.Faint(name.PadRight(11)), value);
}
