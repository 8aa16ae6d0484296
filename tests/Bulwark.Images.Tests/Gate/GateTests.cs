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
