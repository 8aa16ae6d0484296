using System.Collections.Immutable;
using Bulwark.Images.Advisories;
using Bulwark.Images.Findings;
using Bulwark.Images.Matching;
using Bulwark.Images.Packages;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Matching;

public sealed class MatcherTests
{
    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Distribution s_bookworm = new("debian", "12", "bookworm", "Debian 12");

    [Theory]
    [InlineData("7.88.1-10+deb12u4", true)]
    [InlineData("7.88.1-10+deb12u5", false)]
    [InlineData("7.88.1-10+deb12u12", false)]
    [InlineData("1:7.0-1", false)]
    public void A_package_is_judged_by_its_sources_version(string version, bool vulnerable)
    {
        var package = new Package(PackageKind.Dpkg, "libcurl4", version + "+b9") { Source = "curl", SourceVersion = version };

        Assert.Equal(vulnerable, Match([package], Fixed("curl", "7.88.1-10+deb12u5")).Findings.Length == 1);
    }

    [Fact]
    public void The_binary_packages_name_matches_nothing() =>
        Assert.Empty(Match([Dpkg("libcurl4", "1") with { Source = "curl" }], Fixed("libcurl4", "2")).Findings);

    [Fact]
    public void What_is_exploited_is_known_by_any_of_its_names_and_comes_first()
    {
        var found = Match(
            [Dpkg("a", "1"), Dpkg("b", "1")],
            Of("CVE-1") with { Severity = Severity.Critical, Ranges = [new("", "2", "")] },
            Of("GHSA-2") with { Package = "b", Aliases = ["CVE-2", "CVE-3"], Ranges = [new("", "2", "")] },
            Of("CVE-3") with { Ecosystem = AdvisorySource.Exploited, Package = "CVE-3", Note = "2025-02-24", Source = "kev" },
            Of("CVE-2") with { Ecosystem = AdvisorySource.Likelihood, Package = "CVE-2", Note = "0.5", Source = "epss" },
            Of("CVE-3") with { Ecosystem = AdvisorySource.Likelihood, Package = "CVE-3", Note = "0.25", Source = "epss" }).Findings;

        var ordered = Urgency.Ordered(found);
        Assert.Equal(["GHSA-2", "CVE-1"], ordered.Select(finding => finding.Id));
        Assert.Equal(new Exploitation("2025-02-24", 0.5m), ordered[0].Vulnerability!.Exploitation);
        Assert.Null(ordered[1].Vulnerability!.Exploitation);
        Assert.Equal([true, false], ordered.Select(finding => Images.Gate.ImageGate.Judge(Result(finding), [Images.Gate.GateRule.Parse("kev")!]).Reasons.Length == 1));
    }

    [Theory]
    [InlineData("1.0-1.el9", "rocky", "a", true)]
    [InlineData("1.0-3.el9", "rocky", "a", false)]
    [InlineData("1.0-1.module_el9+1", "rocky", "a", false)]
    [InlineData("1.0-1.el9", "rocky", "a-libs", true)]
    public void A_package_of_rpm_is_judged_by_its_own_name_or_its_sources(string version, string distribution, string advised, bool vulnerable)
    {
        var package = new Package(PackageKind.Rpm, "a-libs", version) { Source = "a", SourceVersion = version, Maintainer = "Rocky Enterprise Software Foundation" };
        using var advisories = new TestAdvisories(Of("CVE-1") with { Ecosystem = $"{distribution}:9", Package = advised, State = AdvisoryState.Fixed, Ranges = [new("", "1.0-2.el9", "")] });
        var inventory = new Inventory(new(distribution, "9.4", "", "Rocky"), [new(package, "var/lib/rpm/rpmdb.sqlite", 0)], []);

        Assert.Equal(vulnerable, Matcher.Match(inventory, advisories.File, null, s_now).Findings.Length == 1);
        var foreign = inventory with { Packages = [new(package with { Maintainer = "Fedora Project" }, "x", 0)] };
        Assert.Contains("another vendor", Assert.Single(Matcher.Match(foreign, advisories.File, null, s_now).Doubts).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.0-1~bpo12+1", "debian:13")]
    [InlineData("1.0-1~bpo11+1", "debian:12")]
    [InlineData("1.0-1+deb13u2", "debian:13")]
    [InlineData("1.0-1~deb12u1", "debian:12")]
    [InlineData("1.0-1", "debian:12")]
    [InlineData("1.0debug2", "debian:12")]
    [InlineData("5.3.28+deb-1", "debian:12")]
    public void A_version_that_names_its_release_is_judged_by_that_one(string version, string expected) =>
        Assert.Equal(expected, PackageJudge.EcosystemOf(Dpkg("a", version), s_bookworm));

    [Theory]
    [InlineData(AdvisoryState.Affected)]
    [InlineData(AdvisoryState.Deferred)]
    [InlineData(AdvisoryState.WontFix)]
    [InlineData(AdvisoryState.EndOfLife)]
    [InlineData(AdvisoryState.Undetermined)]
    public void What_has_no_repair_keeps_the_state_that_its_source_gives(AdvisoryState state)
    {
        var finding = Match([Dpkg("a", "1")], Of("CVE-1") with { State = state, Ranges = [new("", "", "")] }).Findings.Single();

        Assert.Equal((state, ""), (finding.Vulnerability!.State, finding.Vulnerability.FixedVersion));
        Assert.Equal("", finding.Fix);
    }

    [Fact]
    public void What_is_not_affected_is_no_finding() =>
        Assert.Empty(Match([Dpkg("a", "1")], Of("CVE-1") with { State = AdvisoryState.NotAffected }).Findings);

    [Fact]
    public void The_tracker_knows_better_than_the_lists_and_both_better_than_OSV()
    {
        var tracker = Of("CVE-1") with { State = AdvisoryState.NotAffected, Source = "debian" };
        var list = Of("CVE-1") with { Ranges = [new("", "2", "")], State = AdvisoryState.Fixed, Source = "debian-dsa" };
        var osv = Of("CVE-1") with { Ranges = [new("", "3", "")], State = AdvisoryState.Fixed, Source = "osv:debian" };

        Assert.Empty(Match([Dpkg("a", "1")], tracker, list, osv).Findings);
        Assert.Equal("2", Match([Dpkg("a", "1")], osv, list).Findings.Single().Vulnerability!.FixedVersion);
    }

    [Fact]
    public void Of_two_repairs_of_one_vulnerability_the_later_counts()
    {
        var (first, second) = (Fixed("a", "2") with { Source = "debian-dsa" }, Fixed("a", "3") with { Source = "debian-dla" });

        Assert.Equal("3", Match([Dpkg("a", "1")], second, first).Findings.Single().Vulnerability!.FixedVersion);
        Assert.Equal("3", Match([Dpkg("a", "2")], first, second).Findings.Single().Vulnerability!.FixedVersion);
    }

    [Fact]
    public void One_vulnerability_with_two_names_is_one_finding()
    {
        var ghsa = Of("GHSA-1") with { Ecosystem = "npm", Aliases = ["CVE-1"], Ranges = [new("", "2.0.0", "")], Source = "osv:npm" };
        var cve = ghsa with { Id = "CVE-1", Aliases = [], Source = "osv:other" };

        Assert.Equal("CVE-1", Match([new(PackageKind.Npm, "a", "1.0.0")], ghsa, cve).Findings.Single().Id);
    }

    [Fact]
    public void A_package_of_a_language_that_a_distribution_brought_is_the_distributions_business()
    {
        var inventory = new Inventory(s_bookworm, [new(new(PackageKind.Npm, "a", "1.0.0"), "usr/share/a/package.json", 0) { IsPartOfDistribution = true }], []);

        Assert.Empty(Match(inventory, Of("GHSA-1") with { Ecosystem = "npm", Ranges = [new("", "", "")] }).Findings);
    }

    [Fact]
    public void A_version_that_cannot_be_compared_is_a_doubt_if_there_are_advisories_about_the_package()
    {
        var advisory = Of("GO-1") with { Ecosystem = "go", Ranges = [new("", "1.0.0", "")] };

        var (findings, doubts) = Match([new(PackageKind.Go, "a", "(devel)"), new(PackageKind.Go, "other", "(devel)")], advisory);

        Assert.Empty(findings);
        Assert.Equal((CannotTellKind.Package, "a"), Assert.Single(doubts) switch { var doubt => (doubt.Kind, doubt.Subject) });
    }

    [Fact]
    public void Without_advisories_for_an_ecosystem_that_is_said_once_with_how_many_packages_it_is_about()
    {
        var doubt = Assert.Single(Match([Dpkg("a", "1"), Dpkg("b", "1")], Of("X") with { Ecosystem = "npm" }).Doubts);

        Assert.Equal((CannotTellKind.Advisories, "debian:12"), (doubt.Kind, doubt.Subject));
        Assert.Contains("2 packages", doubt.Reason, StringComparison.Ordinal);
        Assert.True(doubt.IsGrave);
    }

    [Fact]
    public void Without_any_advisories_nothing_is_called_safe() =>
        Assert.True(Assert.Single(Matcher.Match(Of([Dpkg("a", "1")]), null, null, s_now).Doubts).IsGrave);

    [Fact]
    public void An_unknown_release_is_a_grave_doubt()
    {
        var inventory = new Inventory(new("haiku", "1", "", "Haiku"), [new(Dpkg("a", "1"), "s", 0)], []);

        Assert.Equal(CannotTellKind.Release, Assert.Single(Match(inventory, Of("X")).Doubts).Kind);
    }

    [Theory]
    [InlineData("11", "2026-08-31T00:00:00Z", false)]
    [InlineData("11", "2026-09-01T00:00:00Z", true)]
    [InlineData("5", "2026-03-01T00:00:00Z", true)]
    [InlineData("99", "2026-03-01T00:00:00Z", false)]
    public void A_release_that_nobody_looks_after_is_a_grave_doubt(string release, string now, bool ended)
    {
        var inventory = new Inventory(new("debian", release, "", "Debian"), [new(Dpkg("a", "1"), "s", 0)], []);
        using var file = new TestAdvisories(Of("X") with { Ecosystem = $"debian:{release}" });

        Assert.Equal(ended, Matcher.Match(inventory, file.File, null, DateTimeOffset.Parse(now, null)).Doubts.Any(doubt => doubt.Kind == CannotTellKind.EndOfLife && doubt.IsGrave));
    }

    [Fact]
    public void Data_beyond_the_longest_age_is_stale_but_only_where_it_was_used()
    {
        using var file = new TestAdvisories(Of("X"), Of("Y") with { Ecosystem = "npm", Source = "unused" });

        Assert.Equal("test", Assert.Single(Matcher.Match(Of([Dpkg("a", "1")]), file.File, TimeSpan.FromDays(7), TestAdvisories.AsOf.AddDays(8)).Doubts).Subject);
        Assert.Empty(Matcher.Match(Of([Dpkg("a", "1")]), file.File, TimeSpan.FromDays(7), TestAdvisories.AsOf.AddDays(6)).Doubts);
    }

    [Theory]
    [InlineData("1.27.0-1~bookworm", "")]
    [InlineData("15.5-1.pgdg120+1", "")]
    [InlineData("1.0-1", "NGINX Packaging <nginx-packaging@f5.com>")]
    public void Another_vendors_package_is_not_judged_by_the_distribution(string version, string maintainer)
    {
        var (findings, doubts) = Match([Dpkg("a", version) with { Maintainer = maintainer }], Fixed("a", "99"));

        Assert.Empty(findings);
        Assert.Equal(CannotTellKind.Package, Assert.Single(doubts).Kind);
    }

    [Fact]
    public void Kernel_headers_are_marked() =>
        Assert.True(Match([Dpkg("linux-libc-dev", "1") with { Source = "linux" }], Fixed("linux", "2")).Findings.Single().Vulnerability!.IsKernelHeaders);

    [Theory]
    [InlineData("libc6", "apt-get install --only-upgrade libc6")]
    [InlineData("x;rm -rf /", "")]
    public void The_fix_can_be_pasted_into_a_shell(string name, string expected) =>
        Assert.Equal(expected, FixCommand.For(Dpkg(name, "1"), "2"));

    private static Package Dpkg(string name, string version) => new(PackageKind.Dpkg, name, version);

    private static Advisory Of(string id) => new() { Ecosystem = "debian:12", Package = "a", Id = id, Source = "test" };

    private static Advisory Fixed(string package, string version) =>
        Of("CVE-1") with { Package = package, State = AdvisoryState.Fixed, Ranges = [new("", version, "")] };

    private static Inventory Of(Package[] packages) => new(s_bookworm, [.. packages.Select(package => new InstalledPackage(package, "status", 0))], []);

    private static (ImmutableArray<Finding> Findings, ImmutableArray<CannotTell> Doubts) Match(Package[] packages, params Advisory[] advisories) =>
        Match(Of(packages), advisories);

    private static (ImmutableArray<Finding> Findings, ImmutableArray<CannotTell> Doubts) Match(Inventory inventory, params Advisory[] advisories)
    {
        using var file = new TestAdvisories(advisories);
        return Matcher.Match(inventory, file.File, null, s_now);
    }

    private static Images.Scanning.ScanResult Result(Finding finding) => new() { Name = "x", Id = "", Origin = "", ScannedAt = s_now, Findings = [finding] };
}
