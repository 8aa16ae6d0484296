using System.Text;
using Bulwark.Images.Advisories;
using Bulwark.Images.Findings;
using Bulwark.Images.Packages;
using Bulwark.Images.Scanning;
using Bulwark.Images.Vex;
using CsCheck;

namespace Bulwark.Images.Tests.Vex;

public sealed class VexTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Theory]
    // By package, with and without a version, by image, by digest, and by a package in an image.
    [InlineData(true, """{"@id":"pkg:deb/debian/zlib1g@1.2?arch=amd64"}""")]
    [InlineData(true, """{"@id":"pkg:deb/debian/zlib1g"}""")]
    [InlineData(true, """{"@id":"pkg:oci/web"}""")]
    [InlineData(true, """{"@id":"pkg:oci/web@sha256%3A0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef?repository_url=x"}""")]
    [InlineData(true, """{"@id":"pkg:oci/web","subcomponents":[{"@id":"pkg:deb/debian/zlib1g@1.2"}]}""")]
    [InlineData(true, """{"@id":"urn:x","identifiers":{"purl":"pkg:deb/debian/zlib1g"}}""")]
    [InlineData(false, """{"@id":"pkg:deb/debian/zlib1g@1.3"}""")]
    [InlineData(false, """{"@id":"pkg:deb/debian/zlib1g@1.2?arch=arm64"}""")]
    [InlineData(false, """{"@id":"pkg:deb/debian/zlib1"}""")]
    [InlineData(false, """{"@id":"pkg:deb/ubuntu/zlib1g@1.2"}""")]
    [InlineData(false, """{"@id":"pkg:oci/other"}""")]
    [InlineData(false, """{"@id":"pkg:oci/other","subcomponents":[{"@id":"pkg:deb/debian/zlib1g@1.2"}]}""")]
    [InlineData(false, """{"@id":"pkg:oci/web","subcomponents":[{"@id":"pkg:deb/debian/curl"}]}""")]
    [InlineData(false, """{"@id":"pkg:oci/web@sha256:ffff"}""")]
    [InlineData(false, """{"@id":""}""")]
    public void A_statement_counts_for_what_it_is_about_and_for_nothing_else(bool counts, string product) =>
        Assert.Equal(counts, IsSuppressed($$$"""{"@context":"https://openvex.dev/ns/v0.2.0","statements":[{"vulnerability":{"name":"CVE-2023-45853"},"products":[{{{product}}}],"status":"not_affected","justification":"vulnerable_code_not_present"}]}"""));

    [Theory]
    [InlineData("not_affected", true)]
    [InlineData("fixed", true)]
    [InlineData("affected", false)]
    [InlineData("under_investigation", false)]
    public void Only_what_does_not_matter_is_suppressed(string status, bool counts) =>
        Assert.Equal(counts, IsSuppressed($$$"""{"statements":[{"vulnerability":{"name":"X","aliases":["CVE-2023-45853"]},"products":["pkg:oci/web"],"status":"{{{status}}}"}]}"""));

    [Fact]
    public void A_later_statement_overrides_an_earlier_one_wherever_it_stands()
    {
        static string Statement(string status, int day) => $$$"""{"vulnerability":"CVE-2023-45853","products":["pkg:oci/web"],"status":"{{{status}}}","timestamp":"2026-01-0{{{day}}}T00:00:00Z"}""";

        Assert.False(IsSuppressed($$"""{"statements":[{{Statement("affected", 2)}},{{Statement("not_affected", 1)}}]}"""));
        Assert.True(IsSuppressed($$"""{"statements":[{{Statement("affected", 1)}},{{Statement("not_affected", 2)}}]}"""));
    }

    [Theory]
    [InlineData("known_not_affected", "pkg:deb/debian/zlib1g@1.2", true)]
    [InlineData("fixed", "pkg:deb/debian/zlib1g", true)]
    [InlineData("known_affected", "pkg:deb/debian/zlib1g", false)]
    [InlineData("known_not_affected", "pkg:deb/debian/curl", false)]
    public void CSAF_speaks_of_products_by_their_ids(string list, string url, bool counts) => Assert.Equal(counts, IsSuppressed($$$"""
        {"document":{"category":"csaf_vex"},"product_tree":{"branches":[{"branches":[{"product":{"product_id":"A","product_identification_helper":{"purl":"{{{url}}}"} } }]}]},
         "vulnerabilities":[{"cve":"CVE-2023-45853","product_status":{"{{{list}}}":["A"]},"flags":[{"label":"component_not_present","product_ids":["A"]}]}]}
        """));

    [Theory]
    [InlineData("pkg:oci/web", true)]
    [InlineData("pkg:oci/other", false)]
    [InlineData("cpe:/o:x:y", false)]
    public void What_CSAF_says_of_a_component_holds_in_its_product_alone(string platform, bool counts) => Assert.Equal(counts, IsSuppressed($$$"""
        {"document":{},"product_tree":{"full_product_names":[{"product_id":"P","product_identification_helper":{"purl":"{{{platform}}}"}},{"product_id":"C","product_identification_helper":{"purl":"pkg:deb/debian/zlib1g"}}],
         "relationships":[{"product_reference":"C","relates_to_product_reference":"P","full_product_name":{"product_id":"P:C"}}]},
         "vulnerabilities":[{"cve":"CVE-2023-45853","product_status":{"known_not_affected":["P:C"]}}]}
        """));

    [Theory]
    [InlineData("not_affected", "c", true)]
    [InlineData("false_positive", "urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#c", true)]
    [InlineData("not_affected", "pkg:deb/debian/zlib1g", true)]
    [InlineData("exploitable", "c", false)]
    [InlineData("in_triage", "c", false)]
    [InlineData("not_affected", "d", false)]
    public void CycloneDX_speaks_of_components_of_a_bill_of_materials(string state, string reference, bool counts) => Assert.Equal(counts, IsSuppressed($$$"""
        {"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"bom-ref":"c","purl":"pkg:deb/debian/zlib1g@1.2"}],
         "vulnerabilities":[{"id":"CVE-2023-45853","analysis":{"state":"{{{state}}}","justification":"code_not_reachable","detail":"we do not build it"},"affects":[{"ref":"{{{reference}}}"}]}]}
        """));

    [Fact]
    public void The_reason_is_kept_with_the_files_name()
    {
        var result = Apply("""{"statements":[{"vulnerability":"CVE-2023-45853","products":["pkg:oci/web"],"status":"not_affected","justification":"component_not_present","impact_statement":"minizip is not built"}]}""");

        Assert.Equal("not affected: component not present: minizip is not built (vex.json)", result.Findings.Single(finding => finding.Suppression is not null).Suppression!.Reason);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("<html>")]
    public void What_is_no_statement_is_told(string text) => Assert.Throws<VexException>(() => VexFile.Parse("x", Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void No_document_makes_it_fail_but_as_one_that_is_not_understood()
    {
        string[] names = ["statements", "document", "product_tree", "branches", "product", "vulnerabilities", "product_status", "fixed", "bomFormat", "affects", "products", "vulnerability", "@id", "status"];
        string[] values = ["\"CycloneDX\"", "\"not_affected\"", "null", "1", "[]", "{}", "[null]", "[\"a\"]", "[{}]", "\"pkg:oci/%\"", "\"sha256:\""];
        var value = Gen.Recursive<string>((depth, inner) => depth > 4 ? Gen.Int[0, values.Length - 1].Select(index => values[index]) : Gen.OneOf(
            Gen.Int[0, values.Length - 1].Select(index => values[index]),
            Gen.Select(Gen.Int[0, names.Length - 1], inner).Array[1, 4].Select(items => $"{{{string.Join(',', items.DistinctBy(item => item.Item1).Select(item => $"\"{names[item.Item1]}\":{item.Item2}"))}}}"),
            inner.Array[0, 3].Select(items => $"[{string.Join(',', items)}]")));
        value.Sample(text =>
        {
            try
            {
                Assert.Equal(2, Apply(text).Findings.Length);
            }
            catch (VexException)
            {
                // Told.
            }
        });
    }

    private static bool IsSuppressed(string vex)
    {
        var result = Apply(vex);
        Assert.Null(result.Findings.Single(finding => finding.Id == "CVE-2024-2").Suppression);
        return result.Findings.Single(finding => finding.Id == "CVE-2023-45853").Suppression is not null;
    }

    private static ScanResult Apply(string vex) => VexFile.Parse("vex.json", Encoding.UTF8.GetBytes(vex)).ApplyTo(new()
    {
        Name = "registry.example.com/shop/web:1",
        Id = Digest,
        Origin = "registry",
        ScannedAt = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero),
        Distribution = new("debian", "12", "bookworm", "Debian 12"),
        Findings = [Of("CVE-2023-45853"), Of("CVE-2024-2")],
    });

    private static Finding Of(string id) => new()
    {
        Kind = FindingKind.Vulnerability,
        Id = id,
        Severity = Severity.High,
        Title = "",
        Vulnerability = new(new(new(PackageKind.Dpkg, "zlib1g", "1.2") { Architecture = "amd64" }, "var/lib/dpkg/status", 0), AdvisoryState.Affected, "", "debian"),
    };
}
