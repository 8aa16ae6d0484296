using Bulwark.Images.Tests.Harness;
using CsCheck;

namespace Bulwark.Images.Tests.Advisories;

/// <summary>Formats that distributions and authorities publish, through the door that every file comes in by.</summary>
public sealed class DistributionFormatTests : IDisposable
{
    private const string RedHat = """
        {"document":{"category":"csaf_vex","title":"curl: a bug","aggregate_severity":{"text":"Moderate"},"tracking":{"current_release_date":"2025-08-13T15:14:45+00:00"}},
         "product_tree":{"branches":[{"category":"vendor","name":"Red Hat","branches":[
           {"category":"product_name","name":"RHEL 9 BaseOS","product":{"product_id":"BaseOS-9","product_identification_helper":{"cpe":"cpe:/o:redhat:enterprise_linux:9::baseos"}}},
           {"category":"product_name","name":"RHEL 8","product":{"product_id":"rhel_8","product_identification_helper":{"cpe":"cpe:/o:redhat:enterprise_linux:8"}}},
           {"category":"product_name","name":"RHEL 9.2 EUS","product":{"product_id":"BaseOS-9.2.EUS","product_identification_helper":{"cpe":"cpe:/o:redhat:rhel_eus:9.2::baseos"}}},
           {"category":"product_version","name":"a","product":{"product_id":"curl-1:7.76-31.el9.x86_64","product_identification_helper":{"purl":"pkg:rpm/redhat/curl@7.76-31.el9?arch=x86_64&epoch=1"}}},
           {"category":"product_version","name":"b","product":{"product_id":"curl-1:7.76-31.el9.aarch64","product_identification_helper":{"purl":"pkg:rpm/redhat/curl@7.76-31.el9?arch=aarch64&epoch=1"}}},
           {"category":"product_version","name":"c","product":{"product_id":"curl","product_identification_helper":{"purl":"pkg:rpm/redhat/curl"}}},
           {"category":"product_version","name":"d","product":{"product_id":"libcurl","product_identification_helper":{"purl":"pkg:rpm/redhat/libcurl"}}}]}],
          "relationships":[
           {"product_reference":"curl-1:7.76-31.el9.x86_64","relates_to_product_reference":"BaseOS-9","full_product_name":{"product_id":"9:curl.x86_64"}},
           {"product_reference":"curl-1:7.76-31.el9.aarch64","relates_to_product_reference":"BaseOS-9","full_product_name":{"product_id":"9:curl.aarch64"}},
           {"product_reference":"curl-1:7.76-31.el9.x86_64","relates_to_product_reference":"BaseOS-9.2.EUS","full_product_name":{"product_id":"9.2:curl"}},
           {"product_reference":"curl","relates_to_product_reference":"rhel_8","full_product_name":{"product_id":"8:curl"}},
           {"product_reference":"libcurl","relates_to_product_reference":"rhel_8","full_product_name":{"product_id":"8:libcurl"}}]},
         "vulnerabilities":[{"cve":"CVE-2024-1","product_status":{"fixed":["9:curl.x86_64","9:curl.aarch64","9.2:curl"],"known_affected":["8:curl"],"known_not_affected":["8:libcurl"]},
           "remediations":[{"category":"no_fix_planned","details":"Will not fix","product_ids":["8:curl"]}],
           "threats":[{"category":"impact","details":"Important","product_ids":["9:curl.x86_64"]}],
           "scores":[{"cvss_v3":{"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}]}]}
        """;

    private const string Amazon = """
        <?xml version="1.0" ?>
        <updates><update author="linux-security@amazon.com" from="linux-security@amazon.com" status="final" type="security" version="1.4"><id>ALAS2023-2024-001</id>
        <title>Amazon Linux 2023 - ALAS2023-2024-001</title><issued date="2024-07-01 20:41:00" /><updated date="2024-07-02 23:22:00" /><severity>Important</severity>
        <references><reference href="x" id="CVE-2024-6387" title="" type="cve" /><reference href="x" id="CVE-2024-2" type="cve" /><reference href="x" id="ALAS2023-2024-001" type="self" /></references>
        <pkglist><collection short="amazon-linux-2023"><name>Amazon Linux 2023</name>
        <package arch="x86_64" epoch="0" name="openssh" release="12.amzn2023.0.3" version="8.7p1"><filename>x</filename></package>
        <package arch="aarch64" epoch="0" name="openssh" release="12.amzn2023.0.3" version="8.7p1"><filename>x</filename></package></collection></pkglist></update>
        <update type="bugfix"><id>ALAS2023-2024-002</id><pkglist><collection short="amazon-linux-2023"><package name="x" version="1" release="1"/></collection></pkglist></update>
        <update type="security"><id>ALAS2-2024-3</id><severity>low</severity><pkglist><collection short="amazon-linux-2---core"><package name="y" epoch="1" version="2" release="3.amzn2"/></collection></pkglist></update></updates>
        """;

    private const string Cves = """
        CVE-2023-31484 (CPAN.pm before 2.35 does not verify TLS certificates when downloading  ...)
        	{DLA-3926-1}
        	[experimental] - perl 5.38.0~rc2-1
        	- perl 5.38.2-2 (bug #1035109)
        	[bookworm] - perl 5.36.0-7+deb12u3
        	[buster] - perl <no-dsa> (Minor issue)
        	NOTE: nothing
        CVE-2005-2541 (Tar 1.15.1 does not properly warn the user when extracting setuid or s ...)
        	- tar <unfixed> (bug #328228; unimportant)
        CVE-2024-XXXX [something without a number]
        	- x 1
        CVE-2023-45853 (MiniZip in zlib through 1.3 has an integer overflow and resultant heap ...)
        	- zlib 1:1.3.dfsg-2 (bug #1054290)
        	- minizip <removed>
        """;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Red_Hats_documents_say_what_holds_for_each_package_of_each_release()
    {
        var found = Import(RedHat, out var asOf);

        Assert.Equal(
            ["rhel:8 curl CVE-2024-1 WontFix Medium []", "rhel:8 libcurl CVE-2024-1 NotAffected Medium ", "rhel:9 curl CVE-2024-1 Fixed High [1:7.76-31.el9]"], found);
        Assert.Equal(new DateTimeOffset(2025, 8, 13, 15, 14, 45, TimeSpan.Zero), asOf);
    }

    [Fact]
    public void Red_Hats_real_documents_are_understood()
    {
        foreach (var (file, expected) in SharedData.IsHere ? ((string, string)[])[("cve-2023-4154.json", "rhel:9 samba CVE-2023-4154 NotAffected"), ("cve-2023-42670.json", "rhel:9 samba CVE-2023-42670")] : [])
            Assert.Contains(Import(File.ReadAllText(SharedData.PathOf($"formats/redhat-csaf-vex/{file}")), out _), advisory => advisory.StartsWith(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void A_document_about_nothing_of_ours_is_passed_over_and_not_an_error() =>
        Assert.Empty(Import("""{"document":{"category":"csaf_vex"},"vulnerabilities":[{"cve":"CVE-1"}]}""", out _));

    [Fact]
    public void Red_Hats_documents_since_2026_name_each_stream_and_only_sources()
    {
        // Written from Red Hat's own description of the form: no architectures, always an epoch, a product for each supported minor release.
        Assert.Equal(["rhel:9 curl CVE-2026-1 Fixed High [7.76-31.el9_6]", "rhel:9 wget CVE-2026-1 WontFix High []"], Import("""
            {"document":{"category":"csaf_vex","title":"a bug","aggregate_severity":{"text":"Important"} },
             "product_tree":{"branches":[{"category":"vendor","name":"Red Hat","branches":[
               {"category":"product_name","name":"RHEL 9.6.z","product":{"product_id":"rhel-9.6.z","product_identification_helper":{"cpe":"cpe:/a:redhat:enterprise_linux:9"} } },
               {"category":"product_name","name":"RHEL 9.4.0.z","product":{"product_id":"rhel-9.4.0.z","product_identification_helper":{"cpe":"cpe:/a:redhat:rhel_eus:9.4"} } },
               {"category":"product_version","name":"curl","product":{"product_id":"curl-0:7.76-31.el9_6.src","product_identification_helper":{"purl":"pkg:rpm/redhat/curl@7.76-31.el9_6?arch=src&epoch=0"} } },
               {"category":"product_version","name":"wget","product":{"product_id":"wget","product_identification_helper":{"purl":"pkg:rpm/redhat/wget?arch=src"} } }]}],
              "relationships":[
               {"product_reference":"curl-0:7.76-31.el9_6.src","relates_to_product_reference":"rhel-9.6.z","full_product_name":{"product_id":"9.6:curl"} },
               {"product_reference":"wget","relates_to_product_reference":"rhel-9.6.z","full_product_name":{"product_id":"9.6:wget"} },
               {"product_reference":"wget","relates_to_product_reference":"rhel-9.4.0.z","full_product_name":{"product_id":"9.4:wget"} }]},
             "vulnerabilities":[{"cve":"CVE-2026-1","product_status":{"fixed":["9.6:curl"],"known_affected":["9.6:wget","9.4:wget"]},
               "remediations":[{"category":"no_fix_planned","details":"Will not fix","product_ids":["9.6:wget"]}]}]}
            """, out _));
    }

    [Fact]
    public void A_distributions_record_of_an_update_is_about_each_vulnerability_that_it_repairs() => Assert.Equal(
        ["sles:15.6 krb5 CVE-2026-1 Fixed High [1.20-1]", "sles:15.6 krb5 CVE-2026-2 Fixed High [1.20-1]"], Import("""
            {"id":"SUSE-SU-2026:1-1","upstream":["CVE-2026-1","CVE-2026-2"],"affected":[{"package":{"ecosystem":"SUSE:Linux Enterprise Server 15 SP6","name":"krb5"},
             "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.20-1"}]}],"ecosystem_specific":{"severity":"important"} }]}
            """, out _));

    [Fact]
    public void All_documents_at_once_are_read_out_of_their_archive()
    {
        using var compressor = new ZstdSharp.Compressor();
        var archive = compressor.Wrap(new Tar().File("2024/cve-2024-1.json", RedHat).File("changes.csv", "x").ToArray()).ToArray();

        Assert.Equal(3, Import(archive, out _).Count);
    }

    [Fact]
    public void Amazons_updates_repair_packages_of_a_release()
    {
        Assert.Equal(
            ["amzn:2 y ALAS2-2024-3 Fixed Low [1:2-3.amzn2]", "amzn:2023 openssh CVE-2024-2 Fixed High [8.7p1-12.amzn2023.0.3]", "amzn:2023 openssh CVE-2024-6387 Fixed High [8.7p1-12.amzn2023.0.3]"],
            Import(Amazon, out var asOf));
        Assert.Equal(new DateTimeOffset(2024, 7, 2, 23, 22, 0, TimeSpan.Zero), asOf);
        Assert.Equal(3, Import(TestImage.Gzip(System.Text.Encoding.UTF8.GetBytes(Amazon)), out _).Count);
    }

    [Fact]
    public void Debians_list_of_all_vulnerabilities_falls_back_to_unstable()
    {
        var found = Import(Cves, out _);

        Assert.Contains("debian:12 perl CVE-2023-31484 Fixed Unknown [5.36.0-7+deb12u3]", found);
        Assert.Contains("debian:10 perl CVE-2023-31484 Deferred Unknown []", found);
        Assert.Contains("debian:13 perl CVE-2023-31484 Fixed Unknown [5.38.2-2]", found);
        Assert.Contains("debian:sid tar CVE-2005-2541 Affected Negligible []", found);
        Assert.Contains("debian:12 zlib CVE-2023-45853 Fixed Unknown [1:1.3.dfsg-2]", found);
        Assert.DoesNotContain(found, advisory => advisory.Contains("XXXX", StringComparison.Ordinal) || advisory.Contains("minizip", StringComparison.Ordinal));
        if (SharedData.IsHere)
            Assert.NotEmpty(Import(string.Join('\n', File.ReadLines(SharedData.PathOf("advisories/debian/cve-list-excerpt.txt")).Where(line => !line.StartsWith('#'))), out _));
    }

    [Fact]
    public void What_is_exploited_and_what_may_be_is_kept_under_the_vulnerabilitys_name()
    {
        Assert.Equal(["exploited CVE-2017-3066 CVE-2017-3066 Affected Unknown "], Import(
            """{"title":"x","catalogVersion":"2025.02.24","dateReleased":"2025-02-24T17:55:31.6365Z","count":1,"vulnerabilities":[{"cveID":"CVE-2017-3066","dateAdded":"2025-02-24","knownRansomwareCampaignUse":"Known"}]}""", out var asOf));
        Assert.Equal(2025, asOf!.Value.Year);
        Assert.Equal(["epss CVE-1999-0005 CVE-1999-0005 Affected Unknown ", "epss CVE-1999-0006 CVE-1999-0006 Affected Unknown "], Import(
            "#model_version:v2023.03.01,score_date:2024-10-25T00:00:00+0000\ncve,epss,percentile\nCVE-1999-0005,0.91963,0.99030\nCVE-1999-0006,0.03341,0.91563\n", out asOf));
        Assert.Equal(new DateTimeOffset(2024, 10, 25, 0, 0, 0, TimeSpan.Zero), asOf);
    }

    [Fact]
    public void No_document_of_Red_Hats_makes_the_reader_fail_but_as_one_that_is_not_understood()
    {
        // The real form with something else in the place of any of its values.
        string[] values = ["null", "1", "\"x\"", "[]", "{}", "[null]", "[1]", "[{}]", "\"pkg:rpm/redhat/\"", "\"pkg:rpm/redhat/a@%?epoch=\""];
        var colons = Enumerable.Range(0, RedHat.Length).Where(at => RedHat[at] == ':' && RedHat[at - 1] == '"' && RedHat[at + 1] is '[' or '"').ToArray();
        Gen.Select(Gen.Int[0, colons.Length - 1], Gen.Int[0, values.Length - 1]).Sample((place, value) =>
        {
            var end = EndOfValue(RedHat, colons[place] + 1);
            try
            {
                Assert.True(Import(RedHat[..(colons[place] + 1)] + values[value] + RedHat[end..], out _).Count <= 10);
            }
            catch (Images.Advisories.Formats.AdvisoryFormatException)
            {
                // Told.
            }
        }, iter: 300, threads: 1);
    }

    private static int EndOfValue(string json, int start)
    {
        var reader = new System.Text.Json.Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(json[start..]), isFinalBlock: false, state: default);
        reader.Read();
        Assert.True(reader.TrySkip());
        return start + (int)reader.BytesConsumed;
    }

    [Theory]
    [InlineData("SUSE:Linux Enterprise Server 15 SP5", "sles:15.5")]
    [InlineData("SUSE:Linux Enterprise Module for Basesystem 15 SP5", "sles:15.5")]
    [InlineData("SUSE:Linux Enterprise Server 15 SP3-LTSS", null)]
    [InlineData("SUSE:Linux Enterprise Server 16.0", "sles:16.0")]
    [InlineData("openSUSE:Leap 15.6", "opensuse-leap:15.6")]
    [InlineData("openSUSE:Tumbleweed", null)]
    [InlineData("Red Hat:enterprise_linux:9::baseos", "rhel:9")]
    [InlineData("Red Hat:rhel_eus:9.2::baseos", null)]
    [InlineData("Packagist", "composer")]
    public void OSVs_names_of_distributions_are_ours(string name, string? expected) =>
        Assert.Equal(expected, Images.Advisories.Formats.OsvEcosystem.Of(name) is var (key, _) ? key : null);

    private List<string> Import(string text, out DateTimeOffset? asOf) => Import(System.Text.Encoding.UTF8.GetBytes(text), out asOf);

    private List<string> Import(byte[] content, out DateTimeOffset? asOf) => [.. Imported.From(_directory, content, out asOf)
        .Select(a => $"{a.Ecosystem} {a.Package} {a.Id} {a.State} {a.Severity} {string.Join(' ', a.Ranges.Select(range => $"[{range.Fixed}]"))}").Order(StringComparer.Ordinal)];
}
