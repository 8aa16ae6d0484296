using System.Collections.Immutable;
using Bulwark.Images.Advisories;
using Bulwark.Images.Advisories.Formats;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Findings;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Matching;

/// <summary>Finds what advisories say about the packages of an image.</summary>
public static class Matcher
{
    // The worst of real images have some thousands; one that lists a package again and again could have any number.
    private const int MostFindings = 200_000;

    // What one source knows better than others about the same release; all others rank below.
    private static readonly Dictionary<string, int> s_ranks = new(StringComparer.Ordinal)
    {
        ["debian"] = 0,
        [DebianCveList.Source] = 0,
        ["debian-dla"] = 1,
        ["debian-dsa"] = 1,
        [DebianCveList.UnstableSource] = 2,
        [RedHatCsaf.Source] = 0,
    };

    /// <param name="advisories">Null if there are none, which is then told.</param>
    /// <param name="longestAge">How old a source may be that is used; null if any age will do.</param>
    public static (ImmutableArray<Finding> Findings, ImmutableArray<CannotTell> Doubts) Match(
        Inventory inventory, AdvisoryFile? advisories, TimeSpan? longestAge, DateTimeOffset now)
    {
        var findings = new List<Finding>();
        var doubts = new List<CannotTell>();
        var used = new SortedSet<string>(StringComparer.Ordinal);
        var without = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var installed in inventory.Packages.Where(package => !package.IsPartOfDistribution))
        {
            if (findings.Count + doubts.Count > MostFindings)
            {
                doubts.Add(new(CannotTellKind.Limit, "", $"more than {MostFindings} findings are about its packages, and no more are looked for"));
                break;
            }
            var package = installed.Package;
            if (PackageJudge.EcosystemOf(package, inventory.Distribution) is not { } ecosystem)
                continue; // Told once, below.
            if (ForeignVendors.SignOf(package, inventory.Distribution) is { } sign)
            {
                doubts.Add(new(CannotTellKind.Package, package.Name,
                    $"another vendor made it ({sign}), and the distribution's advisories say nothing about that"));
            }
            else if (advisories?.Ecosystems.Contains(ecosystem) != true)
                without[ecosystem] = without.GetValueOrDefault(ecosystem) + 1;
            else
            {
                used.Add(ecosystem);
                Match(installed, ecosystem, advisories, findings, doubts);
            }
        }
        doubts.AddRange(Unjudged(inventory, without, advisories));
        doubts.AddRange(Ended(inventory, now));
        if (longestAge is { } age)
            doubts.AddRange(Stale(advisories, used, age, now));
        return ([.. advisories is null ? findings : findings.Select(finding => ExploitationLookup.Informed(finding, advisories))], [.. doubts]);
    }

    /// <summary>Which ecosystem's advisories speak about a package; null if nobody knows.</summary>
    public static string? EcosystemOf(Package package, Distribution? distribution) => PackageJudge.EcosystemOf(package, distribution);

    private static void Match(
        InstalledPackage installed, string ecosystem, AdvisoryFile advisories, List<Finding> findings, List<CannotTell> doubts)
    {
        var package = installed.Package;
        var isDistribution = package.Kind.IsOfDistribution();
        var (name, version) = isDistribution ? (package.Source, package.SourceVersion) : (package.Kind.Normalise(package.Name), package.Version);
        var ordering = package.Kind.Ordering();
        var about = advisories.Find(ecosystem, name);
        // Of the distributions with rpm some name the source and some each package that is built from it.
        if (package.Kind == PackageKind.Rpm)
            about = [.. about, .. package.Name == name ? [] : advisories.Find(ecosystem, package.Name)];
        if (isDistribution)
            about = [.. about.Where(advisory => ModularPackages.AreComparable(advisory, package))];
        if (about.Count == 0)
            return;
        if (!ordering.IsValid(version))
        {
            doubts.Add(new(CannotTellKind.Package, package.Name, $"its version '{version}' cannot be compared, and there are advisories about it"));
            return;
        }
        var ranks = about.Select(RankOf).ToArray();
        var hasSeveralRanks = ranks.AsSpan().ContainsAnyExcept(ranks[0]);
        foreach (var same in BySameVulnerability(about))
        {
            var best = hasSeveralRanks ? same.Min(RankOf) : ranks[0];
            Finding? worst = null;
            var isUndecided = false;
            foreach (var advisory in same)
            {
                if (hasSeveralRanks && RankOf(advisory) != best)
                    continue;
                if (PackageJudge.Judge(advisory, version, ordering) is not { } judgement)
                    isUndecided = true;
                else if (judgement.IsVulnerable)
                    worst = Worse(worst, ToFinding(installed, advisory, judgement), ordering);
            }
            if (worst is not null)
                findings.Add(worst);
            else if (isUndecided)
                doubts.Add(new(CannotTellKind.Package, package.Name, $"{same[0].Id} names versions that cannot be compared with {version}"));
        }
    }

    // GHSA-… and CVE-… are often one thing, said by two sources or twice by one.
    private static List<Advisory[]> BySameVulnerability(IReadOnlyList<Advisory> advisories)
    {
        // Nearly all stand for themselves.
        var groups = new List<Advisory[]>(advisories.Count);
        var places = new Dictionary<string, int>(advisories.Count, StringComparer.Ordinal);
        foreach (var advisory in advisories)
        {
            if (places.TryAdd(NameOf(advisory), groups.Count))
                groups.Add([advisory]);
            else
                groups[places[NameOf(advisory)]] = [.. groups[places[NameOf(advisory)]], advisory];
        }
        return groups;
    }

    // Its CVE, if it is about just one. An advisory that repairs several vulnerabilities at once (DSA, GO) is itself and none of them.
    private static string NameOf(Advisory advisory)
    {
        string? cve = null;
        foreach (var alias in IsCve(advisory.Id) ? [] : advisory.Aliases)
        {
            if (!IsCve(alias))
                continue;
            if (cve is not null)
                return advisory.Id;
            cve = alias;
        }
        return cve ?? advisory.Id;
    }

    private static bool IsCve(string id) => id.StartsWith("CVE-", StringComparison.Ordinal);

    // "suse:sles:15.6" and "amazon:2023" are their makers' own words about one release.
    private static int RankOf(Advisory advisory) => s_ranks.TryGetValue(advisory.Source, out var rank) ? rank
        : advisory.Source.StartsWith("suse:", StringComparison.Ordinal) || advisory.Source.StartsWith("amazon:", StringComparison.Ordinal) ? 0
        : int.MaxValue;

    private static Finding Worse(Finding? one, Finding other, Versions.VersionOrdering ordering)
    {
        if (one is null)
            return other;
        var (a, b) = (one.Vulnerability!, other.Vulnerability!);
        // What has no repair is worse than what has one; of two repairs the later one is it.
        var isWorse = a.FixedVersion.Length > 0 && (b.FixedVersion.Length == 0 || ordering.Compare(b.FixedVersion, a.FixedVersion) > 0);
        var (worse, better) = isWorse ? (other, one) : (one, other);
        return worse with
        {
            Severity = (Severity)Math.Max((int)one.Severity, (int)other.Severity),
            Title = worse.Title.Length > 0 ? worse.Title : better.Title,
        };
    }

    private static Finding ToFinding(InstalledPackage installed, Advisory advisory, Judgement judgement)
    {
        var package = installed.Package;
        var state = judgement.FixedVersion.Length > 0 ? AdvisoryState.Fixed
            : advisory.State == AdvisoryState.Fixed ? AdvisoryState.Affected : advisory.State;
        var cve = NameOf(advisory);
        return new()
        {
            Kind = FindingKind.Vulnerability,
            Id = cve,
            Severity = advisory.Severity,
            Title = advisory.Summary,
            Path = installed.Path,
            Layer = installed.Layer,
            Fix = FixCommand.For(package, judgement.FixedVersion),
            Vulnerability = new(installed, state, judgement.FixedVersion, advisory.Source)
            {
                Aliases = advisory.Aliases.IsEmpty ? [] : [.. advisory.Aliases.Append(advisory.Id).Where(alias => alias != cve)],
                ScoreTenths = advisory.ScoreTenths,
                Note = advisory.Note,
                IsKernelHeaders = KernelHeaders.Are(package),
            },
        };
    }

    private static IEnumerable<CannotTell> Unjudged(Inventory inventory, SortedDictionary<string, int> without, AdvisoryFile? advisories)
    {
        if (inventory.Distribution is { } distribution && distribution.Ecosystem is null
            && inventory.Packages.Any(package => package.Package.Kind.IsOfDistribution()))
        {
            yield return new(CannotTellKind.Release, distribution.Name, "Bulwark does not know which advisories are about this release");
        }
        foreach (var (ecosystem, count) in without)
        {
            yield return new(CannotTellKind.Advisories, ecosystem, advisories is null
                ? $"there are no advisories at all to judge its {count} packages by"
                : $"there are no advisories to judge its {count} packages by")
            {
                Hint = "bulwark advisories update",
            };
        }
    }

    private static IEnumerable<CannotTell> Ended(Inventory inventory, DateTimeOffset now)
    {
        if (inventory.Distribution?.Ecosystem is { } ecosystem && ReleaseSupport.EndOf(ecosystem) is { } end && DateOnly.FromDateTime(now.UtcDateTime) > end)
        {
            yield return new(CannotTellKind.EndOfLife, inventory.Distribution.Name,
                $"nobody has looked after this release since {end:yyyy-MM-dd}: what became known later is not listed")
            {
                Hint = "build on a release that is looked after",
            };
        }
    }

    private static IEnumerable<CannotTell> Stale(AdvisoryFile? advisories, SortedSet<string> used, TimeSpan longest, DateTimeOffset now) =>
        (advisories?.Sources ?? []).Where(source => source.Ecosystems.Any(used.Contains) && now - source.AsOf > longest)
            .Select(source => new CannotTell(
                CannotTellKind.Stale, source.Name, $"its advisories are of {source.AsOf.UtcDateTime:yyyy-MM-dd}, older than {longest.TotalDays:0.#} days")
            {
                Hint = "bulwark advisories update",
            });
}
