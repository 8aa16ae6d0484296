using Bulwark.Images.Advisories;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Findings;
using Bulwark.Images.Matching;
using Bulwark.Images.Packages;
using Bulwark.Images.Scanning;
using Bulwark.Images.Sources;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Proof;

/// <summary>
/// Real packages of Debian's two oldest releases in use, with and without security updates, and real advisories. Two judges: dpkg over another
/// program's extract of the advisories, and what the packages' own changelogs say they repaired.
/// </summary>
public sealed class DebianPackagesTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("bookworm", false, 200)]
    [InlineData("bookworm", true, 0)]
    [InlineData("bullseye", false, 2000)]
    [InlineData("bullseye", true, 0)]
    public async Task Exactly_the_vulnerabilities_that_dpkg_itself_sees_are_found(string release, bool isUpdated, int atLeast)
    {
        var root = await DebianRoot.OfAsync(release, isUpdated);
        using var directory = new TemporaryDirectory();
        using var advisories = RealAdvisories(directory);

        var result = await ImageScanner.ScanAsync(new DirectorySource(root.Path), advisories, new(), TimeProvider.System, CancellationToken.None);

        var expected = await DebianJudge.JudgeAsync(root);
        var found = result.Findings.Where(finding => finding.Kind == FindingKind.Vulnerability)
            .Select(finding => $"{finding.Vulnerability!.Package.Package.Name} {finding.Id}").ToHashSet();
        var right = found.Intersect(expected).Count();
        output.WriteLine($"{release}{(isUpdated ? " with" : " without")} security updates: {expected.Count} vulnerabilities of packages; "
            + $"precision {Ratio(right, found.Count)}, recall {Ratio(right, expected.Count)}");
        Assert.Equal(expected.Order(), found.Order());
        // The older one has ended, and that is told too.
        Assert.DoesNotContain(result.CannotTell, doubt => doubt.IsGrave && doubt.Kind != CannotTellKind.EndOfLife);
        if (SharedData.IsHere)
            Assert.True(expected.Count >= atLeast, $"only {expected.Count} expected");
    }

    /// <summary>
    /// A version that says it repairs a vulnerability does not have it, and the version before has it, wherever the advisories know of it.
    /// Where the two disagree, the advisories say otherwise than the changelog (a repair that had to be repeated; one that a changelog names again),
    /// by dpkg's word and not by ours, and each is counted.
    /// </summary>
    [Theory]
    [InlineData("bookworm", 12)]
    [InlineData("bullseye", 11)]
    public async Task What_the_packages_own_changelogs_say_they_repaired_is_gone_with_that_version_and_there_before_it(string release, int number)
    {
        var root = await DebianRoot.OfAsync(release, isUpdated: true);
        using var directory = new TemporaryDirectory();
        using var advisories = RealAdvisories(directory);
        var distribution = new Distribution("debian", $"{number}", release, release);
        var fixes = DebianJudge.Fixes(release).SelectMany(fix => fix.Issues.Select(issue => (fix.Source, Issue: issue, fix.Version))).ToLookup(fix => (fix.Source, fix.Issue), fix => fix.Version);
        var (agreed, reasons) = (0, new SortedDictionary<string, List<string>>(StringComparer.Ordinal));
        foreach (var entries in DebianChangelog.Of(root))
        {
            foreach (var (entry, before) in entries.Zip(entries.Skip(1)))
            {
                // Only what was made for this release; the rest came from unstable, before there was one.
                if (!entry.Version.Contains($"deb{number}u", StringComparison.Ordinal))
                    continue;
                foreach (var issue in entry.Issues.Where(issue => fixes[(entry.Source, issue)].Any()))
                {
                    var (with, without) = (Has(entry.Source, entry.Version, issue), Has(entry.Source, before.Version, issue));
                    if (!with && without)
                    {
                        agreed++;
                        continue;
                    }
                    var reason = await ReasonAsync(fixes[(entry.Source, issue)], entry, before, with);
                    if (!reasons.TryGetValue(reason, out var those))
                        reasons[reason] = those = [];
                    those.Add($"{entry.Source} {entry.Version} {issue}");
                }
            }
        }
        var disagreed = reasons.Sum(reason => reason.Value.Count);
        output.WriteLine($"{release}: the changelogs and the scanner agree about {agreed} repairs, and disagree about {disagreed}");
        foreach (var (reason, those) in reasons)
            output.WriteLine($"  {those.Count} {reason}: {string.Join(", ", those.Take(8))}");
        Assert.False(reasons.ContainsKey(Unexplained), string.Join('\n', reasons.GetValueOrDefault(Unexplained, [])));
        if (SharedData.IsHere)
        {
            Assert.True(agreed >= 100, $"only {agreed} repairs were compared");
            Assert.True(disagreed * 7 <= agreed, $"{disagreed} disagreements with {agreed} agreements");
        }

        bool Has(string source, string version, string issue) => Matcher.Match(
            new(distribution, [new(new(PackageKind.Dpkg, source, version), "var/lib/dpkg/status", 0)], []), advisories, null, DateTimeOffset.UnixEpoch)
            .Findings.Any(finding => finding.Id == issue);
    }

    private const string Unexplained = "without an explanation";

    // By dpkg's word on the advisories, not by ours: if the scanner were wrong, none of these would hold.
    private static async Task<string> ReasonAsync(IEnumerable<string> fixedIn, DebianChangelog entry, DebianChangelog before, bool with)
    {
        var last = "0";
        foreach (var version in fixedIn)
            last = await DebianJudge.IsOlderAsync(last, version) ? version : last;
        if (with)
            return await DebianJudge.IsOlderAsync(entry.Version, last) ? "of which the advisory says that a later version was needed" : Unexplained;
        return await DebianJudge.IsOlderAsync(before.Version, last) ? Unexplained : "of which the advisory says that an earlier version had it";
    }

    private static string Ratio(int part, int whole) => whole == 0 ? "1 (of none)" : $"{(double)part / whole:0.####}";

    private static AdvisoryFile RealAdvisories(TemporaryDirectory directory)
    {
        var path = Path.Combine(directory.Path, "advisories");
        using var import = new AdvisoryImport(TimeProvider.System);
        string[] files = SharedData.IsHere
            ? [SharedData.PathOf("advisories/debian/DSA.list"), SharedData.PathOf("advisories/debian/DLA.list")]
            : [directory.Write("list", string.Concat(((string[])["bookworm", "bullseye"]).Select(release =>
                $"[01 Jan 2026] DSA-1-1 x - y\n\t{{CVE-2026-0001}}\n\t[{release}] - base-files 99\n[01 Jan 2026] DSA-2-1 x - y\n\t{{CVE-2026-0002}}\n\t[{release}] - libxml2 1\n")))];
        foreach (var file in files)
            import.Read(file, file, null, CancellationToken.None);
        import.WriteTo(path);
        return AdvisoryFile.Open(path);
    }
}
