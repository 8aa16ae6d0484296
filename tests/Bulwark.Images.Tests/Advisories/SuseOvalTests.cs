using Bulwark.Images.Advisories.Formats;
using Bulwark.Images.Tests.Harness;
using CsCheck;

namespace Bulwark.Images.Tests.Advisories;

/// <summary>SUSE's OVAL, in the form of its real files: definitions first, then what their tests mean.</summary>
public sealed class SuseOvalTests : IDisposable
{
    private const string Document = """
        <?xml version="1.0" encoding="UTF-8"?>
        <oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5" xmlns:oval="http://oval.mitre.org/XMLSchema/oval-common-5">
          <generator><oval:product_name>Marcus Updateinfo to OVAL Converter</oval:product_name><oval:schema_version>5.5</oval:schema_version><oval:timestamp>2026-07-16T05:18:42</oval:timestamp></generator>
          <definitions>
            <definition id="oval:org.opensuse.security:def:20261" version="1" class="vulnerability">
              <metadata><title>CVE-2026-1</title><affected family="unix"><platform>SUSE Linux Enterprise Server 15 SP6</platform></affected>
                <reference ref_id="Mitre CVE-2026-1" ref_url="https://cve.mitre.org/" source="CVE"/><description>   A bug in krb5.   </description>
                <advisory from="security@suse.de"><issued date="2026-04-30"/><severity>Important</severity>
                  <cve impact="important" cvss3="7/CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:H/I:H/A:H" href="https://www.suse.com/">CVE-2026-1</cve></advisory></metadata>
              <criteria operator="OR">
                <criteria operator="AND">
                  <criteria operator="OR">
                    <criterion test_ref="t:base" comment="SUSE Linux Enterprise Module for Basesystem 15 SP6 is installed"/>
                    <criterion test_ref="t:sles" comment="SUSE Linux Enterprise Server 15 SP6 is installed"/>
                    <criterion test_ref="t:leap" comment="openSUSE Leap 15.6 is installed"/>
                  </criteria>
                  <criteria operator="OR">
                    <criterion test_ref="t:krb5" comment="krb5-1.20-150600.11.3.1 is installed"/>
                    <criterion test_ref="t:curl-open" comment="curl is affected"/>
                    <criterion test_ref="t:zlib-not" comment="libz1 is not affected"/>
                    <criterion test_ref="t:curl-open" negate="true" comment="bash is affected"/>
                  </criteria>
                </criteria>
                <criteria operator="AND">
                  <criterion test_ref="t:ltss" comment="SUSE Linux Enterprise Server 15 SP6-LTSS is installed"/>
                  <criteria operator="OR"><criterion test_ref="t:krb5-late" comment="krb5-1.20-150600.99 is installed"/></criteria>
                </criteria>
                <criteria operator="AND">
                  <criterion test_ref="t:sles" comment="SUSE Linux Enterprise Server 15 SP6 is installed"/>
                  <criterion test_ref="t:krb5-open" comment="krb5 is affected"/>
                </criteria>
              </criteria>
            </definition>
            <definition id="oval:org.opensuse.security:def:20262" version="1" class="vulnerability">
              <metadata><title>CVE-2026-2</title><advisory from="security@suse.de"><severity>Low</severity></advisory></metadata>
              <criteria operator="AND">
                <criterion test_ref="t:sles16" comment="SUSE Linux Enterprise Server 16.0 is installed"/>
                <criterion test_ref="t:curl-open" comment="curl is affected"/>
              </criteria>
            </definition>
            <definition id="oval:org.opensuse.security:def:20263" version="1" class="patch">
              <metadata><title>SUSE-SU-2026:1-1</title></metadata>
              <criteria operator="AND"><criterion test_ref="t:sles" comment="SUSE Linux Enterprise Server 15 SP6 is installed"/><criterion test_ref="t:krb5" comment="x is installed"/></criteria>
            </definition>
          </definitions>
          <tests>
            <rpminfo_test id="t:base" comment="x" check="at least one" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><object object_ref="o:base"/><state state_ref="s:15.6"/></rpminfo_test>
            <rpminfo_test id="t:sles" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><object object_ref="o:sles"/><state state_ref="s:15.6"/></rpminfo_test>
            <rpminfo_test id="t:leap" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><object object_ref="o:leap"/><state state_ref="s:15.6"/></rpminfo_test>
            <rpminfo_test id="t:ltss" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><object object_ref="o:ltss"/><state state_ref="s:15.6"/></rpminfo_test>
            <rpminfo_test id="t:sles16" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><object object_ref="o:sles"/><state state_ref="s:16.0"/></rpminfo_test>
            <rpminfo_test id="t:krb5" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><object object_ref="o:krb5"/><state state_ref="s:fix"/></rpminfo_test>
            <rpminfo_test id="t:krb5-late" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><object object_ref="o:krb5"/><state state_ref="s:late"/></rpminfo_test>
            <rpminfo_test id="t:krb5-open" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><object object_ref="o:krb5"/><state state_ref="s:any"/></rpminfo_test>
            <rpminfo_test id="t:curl-open" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><object object_ref="o:curl"/><state state_ref="s:any"/></rpminfo_test>
            <rpminfo_test id="t:zlib-not" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><object object_ref="o:zlib"/><state state_ref="s:none"/></rpminfo_test>
          </tests>
          <objects>
            <rpminfo_object id="o:base" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><name>sle-module-basesystem-release</name></rpminfo_object>
            <rpminfo_object id="o:sles" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><name>sles-release</name></rpminfo_object>
            <rpminfo_object id="o:leap" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><name>openSUSE-release</name></rpminfo_object>
            <rpminfo_object id="o:ltss" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><name>sles-ltss-release</name></rpminfo_object>
            <rpminfo_object id="o:krb5" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><name>krb5</name></rpminfo_object>
            <rpminfo_object id="o:curl" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><name>curl</name></rpminfo_object>
            <rpminfo_object id="o:zlib" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><name>libz1</name></rpminfo_object>
          </objects>
          <states>
            <rpminfo_state id="s:15.6" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><version operation="equals">15.6</version></rpminfo_state>
            <rpminfo_state id="s:16.0" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><version operation="equals">16.0</version></rpminfo_state>
            <rpminfo_state id="s:fix" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><arch datatype="string" operation="pattern match">(aarch64|x86_64)</arch><evr datatype="evr_string" operation="less than">0:1.20-150600.11.3.1</evr></rpminfo_state>
            <rpminfo_state id="s:late" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><evr datatype="evr_string" operation="less than">0:1.20-150600.99</evr></rpminfo_state>
            <rpminfo_state id="s:any" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><evr datatype="evr_string" operation="greater than">0:0-0</evr></rpminfo_state>
            <rpminfo_state id="s:none" xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5#linux"><version operation="equals">0</version></rpminfo_state>
          </states>
        </oval_definitions>
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_definition_says_what_is_repaired_what_is_not_and_what_never_had_it()
    {
        Assert.Equal(
            [
                "opensuse-leap:15.6 curl CVE-2026-1 Affected High 70 []", "opensuse-leap:15.6 krb5 CVE-2026-1 Fixed High 70 [1.20-150600.11.3.1]",
                "opensuse-leap:15.6 libz1 CVE-2026-1 NotAffected High 70 ", "sles:15.6 curl CVE-2026-1 Affected High 70 []",
                "sles:15.6 krb5 CVE-2026-1 Fixed High 70 [1.20-150600.11.3.1]", "sles:15.6 libz1 CVE-2026-1 NotAffected High 70 ", "sles:16.0 curl CVE-2026-2 Affected Low 0 []",
            ],
            Import(Document, out var asOf));
        Assert.Equal(new DateTimeOffset(2026, 7, 16, 5, 18, 42, TimeSpan.Zero), asOf);
    }

    [Fact]
    public void Criteria_without_an_end_are_not_followed_for_ever() =>
        Assert.Throws<AdvisoryFormatException>(() => Import(Document.Replace(
            "<criteria operator=\"OR\">\n        <criteria", string.Concat(Enumerable.Repeat("<criteria operator=\"AND\">", 20_000)) + "<criteria operator=\"OR\">\n <criteria", StringComparison.Ordinal), out _));

    [Fact]
    public void No_document_makes_the_reader_fail_but_as_one_that_is_not_understood()
    {
        // The real form with a piece cut out of any place.
        Gen.Select(Gen.Int[0, Document.Length - 1], Gen.Int[1, 400]).Sample((start, length) =>
        {
            try
            {
                Assert.True(Import(Document.Remove(start, Math.Min(length, Document.Length - start)), out _).Count <= 12);
            }
            catch (AdvisoryFormatException)
            {
                // Told.
            }
        }, iter: 300, threads: 1);
    }

    private List<string> Import(string text, out DateTimeOffset? asOf) => [.. Imported.From(_directory, System.Text.Encoding.UTF8.GetBytes(text), out asOf)
        .Select(a => $"{a.Ecosystem} {a.Package} {a.Id} {a.State} {a.Severity} {a.ScoreTenths} {string.Join(' ', a.Ranges.Select(range => $"[{range.Fixed}]"))}").Order(StringComparer.Ordinal)];
}
