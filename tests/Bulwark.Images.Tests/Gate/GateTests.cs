using Bulwark.Images.Advisories;
using Bulwark.Images.Findings;
using Bulwark.Images.Gate;
using Bulwark.Images.Packages;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Tests.Gate;

public sealed class GateTests
{
    [Theory]
    [InlineData("critical", true)]
    [InlineData("high", true)]
    [InlineData("fixable", false)]
    [InlineData("critical+fixable", false)]
    [InlineData("secret", false)]
    [InlineData("unrated", false)]
    [InlineData("unknown", false)]
    public void A_critical_vulnerability_without_a_repair_breaks_these_rules(string rule, bool breaks) =>
        Assert.Equal(breaks, !Judge(rule, Vulnerability(Severity.Critical, "")).Reasons.IsEmpty);

    [Theory]
    [InlineData("critical", false)]
    [InlineData("high", false)]
    [InlineData("medium", true)]
    [InlineData("low", true)]
    [InlineData("fixable", true)]
    [InlineData("high+fixable", false)]
    public void A_medium_one_with_a_repair_breaks_these_rules(string rule, bool breaks) =>
        Assert.Equal(breaks, !Judge(rule, Vulnerability(Severity.Medium, "2")).Reasons.IsEmpty);

    [Fact]
    public void What_nobody_has_rated_is_below_no_severity_but_has_a_rule_of_its_own()
    {
        Assert.Empty(Judge("low", Vulnerability(Severity.Unknown, "2")).Reasons);
        Assert.Equal(["unrated+fixable: 1"], Judge("unrated+fixable", Vulnerability(Severity.Unknown, "2")).Reasons);
    }

    [Fact]
    public void A_suppressed_finding_and_kernel_headers_break_nothing()
    {
        var finding = Vulnerability(Severity.Critical, "2");

        Assert.Empty(Judge("low", finding with { Suppression = new("looked at", null) }).Reasons);
        Assert.Empty(Judge("low", finding with { Vulnerability = finding.Vulnerability! with { IsKernelHeaders = true } }).Reasons);
    }

    [Fact]
    public void A_grave_doubt_keeps_an_image_from_passing_even_without_a_rule()
    {
        var verdict = ImageGate.Judge(Result() with { CannotTell = [new(CannotTellKind.Advisories, "npm", "none")] }, []);

        Assert.Empty(verdict.Reasons);
        Assert.False(verdict.Passes);
    }

    [Fact]
    public void A_small_doubt_does_so_only_for_who_asks()
    {
        var result = Result() with { CannotTell = [new(CannotTellKind.File, "a.jar", "damaged")] };

        Assert.True(ImageGate.Judge(result, [GateRule.Parse("critical")!]).Passes);
        Assert.False(ImageGate.Judge(result, [GateRule.Parse("unknown")!]).Passes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("critical+")]
    [InlineData("severe")]
    public void An_unknown_word_is_no_rule(string text) => Assert.Null(GateRule.Parse(text));

    [Theory]
    [InlineData("CVE-1 -- because", true)]
    [InlineData("GHSA-1 -- its other name", true)]
    [InlineData("CVE-1 package=curl -- its package", true)]
    [InlineData("CVE-1 package=other -- another's", false)]
    [InlineData("CVE-1 path=var/lib/dpkg/status -- there", true)]
    [InlineData("CVE-1 path=/var/lib/ -- below", true)]
    [InlineData("CVE-1 path=var/lib -- not below, but exactly", false)]
    [InlineData("CVE-1 until=2026-03-01 -- today is the last day", true)]
    [InlineData("CVE-1 until=2026-02-28 -- over", false)]
    [InlineData("CVE-2 -- another", false)]
    public void An_exception_covers_what_it_names_until_its_last_day(string line, bool covers)
    {
        var result = IgnoreFile.Parse([line]).ApplyTo(Result(Vulnerability(Severity.High, "2")));

        Assert.Equal(covers, Assert.Single(result.Findings).Suppression is not null);
    }

    [Fact]
    public void A_suppressed_finding_says_why_and_until_when()
    {
        var result = IgnoreFile.Parse(["# comment", "", "CVE-1 until=2026-12-31 -- not reachable"]).ApplyTo(Result(Vulnerability(Severity.High, "2")));

        Assert.Equal(new Suppression("not reachable", new DateOnly(2026, 12, 31)), result.Findings[0].Suppression);
    }

    [Fact]
    public void An_exception_that_is_over_is_told_if_it_would_still_cover_something()
    {
        var file = IgnoreFile.Parse(["CVE-1 until=2025-01-01 -- old", "CVE-9 until=2025-01-01 -- gone"]);

        Assert.Equal(["CVE-1"], file.Ended(Result(Vulnerability(Severity.High, "2"))).Select(rule => rule.Id));
    }

    [Theory]
    [InlineData("CVE-1")]
    [InlineData("CVE-1 -- ")]
    [InlineData("CVE-1 until=soon -- x")]
    [InlineData("CVE-1 pkg=a -- x")]
    public void A_line_without_a_reason_or_with_a_slip_is_an_error_that_names_it(string line) =>
        Assert.StartsWith("line 2: ", Assert.Throws<IgnoreFileException>(() => IgnoreFile.Parse(["# x", line])).Message, StringComparison.Ordinal);

    [Fact]
    public void An_image_that_was_not_scanned_passes_only_where_that_is_said()
    {
        Assert.Equal(["it is not scanned yet"], Judge((ScannedImage?)null, new()).Reasons);
        Assert.Empty(Judge((ScannedImage?)null, new() { Unscanned = false }).Reasons);
        Assert.False(Judge((ScannedImage?)null, new() { Unscanned = false }).Passes);
        Assert.Empty(Judge((ScannedImage?)null, new(), "unscanned image=shop/web -- looked at").Reasons);
        Assert.NotEmpty(Judge((ScannedImage?)null, new(), "unscanned image=shop/other -- looked at").Reasons);
        Assert.Equal(["it could not be scanned: too large"], Judge(s_scanned with { Error = "too large" }, new()).Reasons);
    }

    [Fact]
    public void A_critical_vulnerability_counts_once_its_repair_is_known_for_long_enough()
    {
        var finding = new GateFinding(FindingKind.Vulnerability, "CVE-1", Severity.Critical) { FixedVersion = "2", FixKnownSince = s_now.AddDays(-31) };
        var image = s_scanned with { Findings = [finding] };

        Assert.Equal(["critical, with a repair known for more than 30 days: 1"], Judge(image, new()).Reasons);
        Assert.Empty(Judge(image, new() { CriticalAfter = TimeSpan.FromDays(32) }).Reasons);
        Assert.Empty(Judge(image, new() { CriticalAfter = null }).Reasons);
        Assert.Empty(Judge(s_scanned with { Findings = [finding with { FixedVersion = "", FixKnownSince = null }] }, new()).Reasons);
    }

    [Theory]
    [InlineData("CVE-1 image=shop/web -- its repository", true)]
    [InlineData("CVE-1 image=shop/web:1 -- its name", true)]
    [InlineData("CVE-1 image=shop/web:2 -- another tag", false)]
    [InlineData("* image=shop/web -- all of it", true)]
    [InlineData("* image=shop/web until=2026-02-28 -- over", false)]
    [InlineData("CVE-2 -- another", false)]
    public void An_exception_for_an_image_is_for_that_image(string line, bool passes)
    {
        var image = s_scanned with { Findings = [new(FindingKind.Vulnerability, "CVE-1", Severity.High) { IsExploited = true }] };

        Assert.Equal(passes, Judge(image, new(), line).Passes);
    }

    [Fact]
    public void Each_switch_lets_pass_what_it_is_for()
    {
        GateFinding secret = new(FindingKind.Secret, "secret/key", Severity.High), malware = new(FindingKind.Malware, "malware/x", Severity.Critical);
        var image = s_scanned with { Findings = [secret, malware], Doubts = ["npm: no advisories"] };

        Assert.Equal(["malware: 1"], Judge(image, new()).Reasons);
        Assert.Equal(["malware: 1", "secret: 1", "unknown: 1"], Judge(image, new() { Secrets = true, Unknown = true }).Reasons);
        Assert.Empty(Judge(image, new() { Malware = false }).Reasons);
    }

    [Fact]
    public void What_is_kept_of_a_scan_is_judged_as_the_scan_is()
    {
        var result = Result(Vulnerability(Severity.Critical, "2"), Vulnerability(Severity.Low, "")) with { CannotTell = [new(CannotTellKind.Advisories, "npm", "none")] };
        var report = Bulwark.Images.Reports.ScanReport.Of(result, new([], true));
        var kept = ScannedImage.Of(report, "sha256:1", "none", _ => s_now.AddDays(-60));

        Assert.Equal(1, kept.Counts[Severity.Low]);
        Assert.Equal("CVE-1", Assert.Single(kept.Findings).Id);
        Assert.Equal(["npm: none"], kept.Doubts);
        Assert.Single(Judge(kept, new()).Reasons);
        Assert.False(Judge(kept, new()).CouldTell);
        var again = System.Text.Json.JsonSerializer.Deserialize(System.Text.Json.JsonSerializer.Serialize(kept, GateJson.Default.ScannedImage), GateJson.Default.ScannedImage)!;
        Assert.Equal(Judge(kept, new()).Reasons, Judge(again, new()).Reasons);
    }

    private static readonly DateTimeOffset s_now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ScannedImage s_scanned = new() { Id = "sha256:1", ScannedAt = s_now };

    private static GateVerdict Judge(ScannedImage? image, ImagePolicy policy, params string[] exceptions) =>
        ImageGate.Judge(image, ["shop/web:1"], policy, IgnoreFile.Parse(exceptions).Rules, s_now);

    private static GateVerdict Judge(string rule, params Finding[] findings) => ImageGate.Judge(Result(findings), [GateRule.Parse(rule)!]);

    private static ScanResult Result(params Finding[] findings) => new()
    {
        Name = "a",
        Id = "",
        Origin = "",
        ScannedAt = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        Findings = [.. findings],
    };

    private static Finding Vulnerability(Severity severity, string fixedVersion) => new()
    {
        Kind = FindingKind.Vulnerability,
        Id = "CVE-1",
        Severity = severity,
        Title = "a bug",
        Path = "var/lib/dpkg/status",
        Vulnerability = new(
            new(new(PackageKind.Dpkg, "libcurl4", "1") { Source = "curl" }, "var/lib/dpkg/status", 0), AdvisoryState.Fixed, fixedVersion, "debian")
        {
            Aliases = ["GHSA-1"],
        },
    };
}
