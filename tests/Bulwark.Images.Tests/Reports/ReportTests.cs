using System.Text.Json.Nodes;
using System.Xml.Linq;
using Bulwark.Images.Advisories;
using Bulwark.Images.Findings;
using Bulwark.Images.Packages;
using Bulwark.Images.Reports;
using Bulwark.Images.Scanning;
using Bulwark.Images.Tests.Harness;
using CsCheck;

namespace Bulwark.Images.Tests.Reports;

public sealed class ReportTests
{
    private static readonly InstalledPackage s_curl = new(new(PackageKind.Dpkg, "libcurl4", "7.88.1-10+deb12u4") { Source = "curl", Architecture = "amd64" }, "var/lib/dpkg/status", 0);
    private static readonly InstalledPackage s_outer = new(new(PackageKind.Maven, "org.x:outer", "1.0"), "app/a.jar", 1);

    [Fact]
    public void SARIF_has_a_rule_for_each_id_a_result_for_each_finding_and_what_could_not_be_told()
    {
        var run = JsonNode.Parse(SarifReport.Write(Sample(), "1.0"))!["runs"]![0]!;

        Assert.Equal(["CVE-2024-0001", "secret/aws-access-key"], run["tool"]!["driver"]!["rules"]!.AsArray().Select(rule => rule!["id"]!.ToString()));
        var results = run["results"]!.AsArray();
        Assert.All(results, result => Assert.Equal(
            result!["ruleId"]!.ToString(), run["tool"]!["driver"]!["rules"]![(int)result["ruleIndex"]!]!["id"]!.ToString()));
        Assert.Equal(["error", "error"], results.Select(result => result!["level"]!.ToString()));
        Assert.Equal("looked at (until 2026-12-31)", results[1]!["suppressions"]![0]!["justification"]!.ToString());
        Assert.Equal("9.8", run["tool"]!["driver"]!["rules"]![0]!["properties"]!["security-severity"]!.ToString());
        Assert.False((bool)run["invocations"]![0]!["executionSuccessful"]!);
        Assert.Contains("npm", run["invocations"]![0]!["toolExecutionNotifications"]![0]!["message"]!["text"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void CycloneDX_links_each_vulnerability_to_a_component_that_is_there()
    {
        var bom = JsonNode.Parse(CycloneDxReport.Write(Sample(), "1.0", withVulnerabilities: true))!;
        var references = bom["components"]!.AsArray().Select(component => component!["bom-ref"]!.ToString()).ToList();

        Assert.Equal(references.Count, references.Distinct().Count());
        Assert.All(bom["vulnerabilities"]!.AsArray(), vulnerability => Assert.Contains(vulnerability!["affects"]![0]!["ref"]!.ToString(), references));
        Assert.Contains("pkg:deb/debian/libcurl4@7.88.1-10%2Bdeb12u4?arch=amd64&distro=debian-12", references);
        Assert.Contains("pkg:maven/org.x/outer@1.0", references);
        Assert.Contains("pkg:maven/org.x/outer@1.0#2", references);
        Assert.Equal(bom.ToJsonString(), JsonNode.Parse(CycloneDxReport.Write(Sample(), "1.0", withVulnerabilities: true))!.ToJsonString());
        Assert.Null(JsonNode.Parse(CycloneDxReport.Write(Sample(), "1.0", withVulnerabilities: false))!["vulnerabilities"]);
    }

    [Fact]
    public void SPDX_describes_the_image_and_contains_every_package()
    {
        var document = JsonNode.Parse(SpdxReport.Write(Sample(), "1.0"))!;

        Assert.Equal(4, document["packages"]!.AsArray().Count);
        Assert.Equal(["DESCRIBES", "CONTAINS", "CONTAINS", "CONTAINS"], document["relationships"]!.AsArray().Select(relationship => relationship!["relationshipType"]!.ToString()));
        Assert.Equal("2026-03-01T12:00:00Z", document["creationInfo"]!["created"]!.ToString());
    }

    [Fact]
    public void HTML_needs_nothing_from_anywhere_and_shows_hostile_text_as_text()
    {
        const string hostile = "<script>alert(1)</script>\"'><img src=x onerror=y>\u001b[31m";
        var sample = Sample();
        var page = HtmlReport.Write(sample with
        {
            Name = hostile,
            Origin = hostile,
            Findings = [.. sample.Findings.Select(finding => finding with { Id = hostile, Title = hostile, Path = hostile, Fix = hostile })],
            CannotTell = [new(CannotTellKind.File, hostile, hostile) { Hint = hostile }],
        });

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\u001b', page);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        // It is well formed, and nothing in it makes a browser fetch.
        var tree = XDocument.Parse(page.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal).Replace("<meta charset=\"utf-8\">", "", StringComparison.Ordinal)
            .Replace("\">\n<meta", "\"/>\n<meta", StringComparison.Ordinal).Replace("no-referrer\">", "no-referrer\"/>", StringComparison.Ordinal).Replace("<br>", "<br/>", StringComparison.Ordinal));
        Assert.DoesNotContain(tree.Descendants().Attributes(), attribute => attribute.Name.LocalName is "src" or "srcset" or "style" || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.Contains("https://nvd.nist.gov/vuln/detail/CVE-2024-0001", HtmlReport.Write(sample), StringComparison.Ordinal);
    }

    [Fact]
    public void JUnit_counts_what_it_lists()
    {
        var suite = XDocument.Parse(JUnitReport.Write(Sample())).Root!.Element("testsuite")!;

        Assert.Equal(("3", "1", "1", "1"), ((string)suite.Attribute("tests")!, (string)suite.Attribute("failures")!, (string)suite.Attribute("errors")!, (string)suite.Attribute("skipped")!));
        Assert.Equal(3, suite.Elements("testcase").Count());
        Assert.Single(suite.Descendants("failure"));
        Assert.Single(suite.Descendants("skipped"));
        Assert.Single(suite.Descendants("error"));
    }

    [Fact]
    public void An_image_with_nothing_wrong_is_one_passed_test() =>
        Assert.Single(XDocument.Parse(JUnitReport.Write(Sample() with { Findings = [], CannotTell = [] })).Descendants("testcase"));

    [Fact]
    public void Whatever_names_are_in_an_image_every_output_stays_well_formed() => Gen.Select(Gen.String, Gen.String).Sample((name, path) =>
    {
        var result = Sample();
        result = result with
        {
            Name = name,
            Findings = [result.Findings[0] with { Path = path, Title = name, Suppression = new(path, null) }, result.Findings[0] with { Id = path }],
            CannotTell = [new(CannotTellKind.File, path, name)],
        };
        Assert.NotNull(JsonNode.Parse(SarifReport.Write(result, "1.0")));
        Assert.NotNull(JsonNode.Parse(CycloneDxReport.Write(result, "1.0", withVulnerabilities: true)));
        Assert.NotNull(JsonNode.Parse(SpdxReport.Write(result, "1.0")));
        Assert.NotNull(XDocument.Parse(JUnitReport.Write(result)).Root);
        // No output holds an escape that a terminal would obey.
        Assert.All(Outputs.All(result), output => Assert.DoesNotContain(output, character => char.IsControl(character) && character != '\n'));
    });

    [Theory]
    [InlineData("pkg:apk/alpine/busybox@1.36.1-r29?arch=x86_64&distro=alpine-3.20.1", PackageKind.Apk, "busybox", "1.36.1-r29", "x86_64")]
    [InlineData("pkg:npm/%40types/node@20.1.0", PackageKind.Npm, "@types/node", "20.1.0", "")]
    [InlineData("pkg:pypi/foo-bar@1.0", PackageKind.Python, "Foo_Bar", "1.0", "")]
    [InlineData("pkg:golang/golang.org/x/net@v0.1.0", PackageKind.Go, "golang.org/x/net", "v0.1.0", "")]
    [InlineData("pkg:deb/debian/a@1:2-3?distro=debian-12", PackageKind.Dpkg, "a", "1:2-3", "")]
    public void A_package_has_the_url_that_other_tools_know_it_by(string expected, PackageKind kind, string name, string version, string architecture) =>
        Assert.Equal(expected, PackageUrl.Of(
            new(kind, name, version) { Architecture = architecture },
            kind == PackageKind.Apk ? new("alpine", "3.20.1", "", "") : new("debian", "12", "", "")));

    private static ScanResult Sample() => new()
    {
        Name = "shop/web:1",
        Id = $"sha256:{new string('a', 64)}",
        Origin = "archive",
        ScannedAt = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        Distribution = new("debian", "12", "bookworm", "Debian GNU/Linux 12 (bookworm)"),
        Layers = [new("sha256:1", "ADD base"), new("sha256:2", "COPY app")],
        Packages = [s_curl, s_outer, s_outer with { Path = "app/b.jar" }],
        Findings =
        [
            new()
            {
                Kind = FindingKind.Vulnerability,
                Id = "CVE-2024-0001",
                Severity = Severity.Critical,
                Title = "Heap overflow",
                Path = s_curl.Path,
                Layer = 0,
                Fix = "apt-get install --only-upgrade libcurl4",
                Vulnerability = new(s_curl, AdvisoryState.Fixed, "7.88.1-10+deb12u5", "debian") { ScoreTenths = 98 },
            },
            new()
            {
                Kind = FindingKind.Secret,
                Id = "secret/aws-access-key",
                Severity = Severity.High,
                Title = "an AWS access key in line 1: AKIA****",
                Path = "app/settings äß.ini",
                Layer = 1,
                Suppression = new("looked at", new DateOnly(2026, 12, 31)),
            },
        ],
        CannotTell = [new(CannotTellKind.Advisories, "npm", "there are no advisories to judge its 2 packages by")],
    };
}
