using System.Text;
using Bulwark.Images.Advisories;
using Bulwark.Images.Advisories.Formats;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Vex;

namespace Bulwark.Fuzz;

/// <summary>Advisories, and what others say of them. They come from who is trusted, over ways that are not.</summary>
internal static class AdvisoryTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        Import("osv", """{"id":"GHSA-1","modified":"2026-01-01T00:00:00Z","aliases":["CVE-2026-1"],"affected":[{"package":{"ecosystem":"npm","name":"a"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.0.0"},{"last_affected":"2"}]}],"versions":["1"]}],"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}]}"""),
        Import("debian-tracker", """{"a":{"CVE-2026-1":{"description":"x","scope":"remote","releases":{"bookworm":{"status":"resolved","repositories":{"bookworm":"1"},"fixed_version":"1","urgency":"low"}}}}}"""),
        Import("debian-cve-list", "CVE-2026-0001 (x)\n\t- a 1.0-1 (low; bug #1)\n\t[bookworm] - a <no-dsa> (Minor)\n\tNOT-FOR-US: y\nCVE-2026-0002\n\tRESERVED\n"),
        Import("debian-advisory-list", "[01 Jan 2026] DSA-1-1 a - security update\n\t{CVE-2026-1}\n\t[bookworm] - a 1.0-1\n"),
        Import("secdb", """{"distroversion":"v3.20","reponame":"main","packages":[{"pkg":{"name":"a","secfixes":{"1.0-r0":["CVE-2026-1 GHSA-2"],"0":["CVE-2026-3"]}}}]}"""),
        Import("csaf", """{"document":{"tracking":{"id":"CVE-2026-1","current_release_date":"2026-01-01T00:00:00Z"},"aggregate_severity":{"text":"important"}},"product_tree":{"branches":[{"category":"product_version","product":{"product_id":"a","product_identification_helper":{"purl":"pkg:rpm/redhat/a@1-1.el9?arch=src"}}}],"relationships":[{"full_product_name":{"product_id":"r:a"},"product_reference":"a","relates_to_product_reference":"r"}]},"vulnerabilities":[{"cve":"CVE-2026-1","product_status":{"fixed":["r:a"],"known_affected":["r:a"]}}]}"""),
        Import("amazon-updates", """<?xml version="1.0"?><updates><update status="final" type="security"><id>ALAS-1</id><severity>low</severity><issued date="2026-01-01 00:00"/><references><reference id="CVE-2026-1" type="cve"/></references><pkglist><collection short="amazon-linux-2023"><package name="a" version="1" release="1" epoch="0" arch="x86_64"/></collection></pkglist></update></updates>"""),
        Import("kev", """{"catalogVersion":"1","dateReleased":"2026-01-01T00:00:00Z","vulnerabilities":[{"cveID":"CVE-2026-1","dateAdded":"2026-01-01","knownRansomwareCampaignUse":"Known"}]}"""),
        Import("epss", "#model_version:v1,score_date:2026-01-01T00:00:00+0000\ncve,epss,percentile\nCVE-2026-1,0.5,0.9\n"),
        new("advisory-file", ReadFile, [Written()]) { Refusals = [typeof(AdvisoryFileException)] },
        new("cvss", input => _ = CvssVector.ScoreTenths(Encoding.UTF8.GetString(input)),
            ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"u8.ToArray(), "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:P"u8.ToArray()]),
        new("vex", input => _ = VexFile.Parse("fuzz", input),
        [
            """{"@context":"https://openvex.dev/ns/v0.2.0","statements":[{"vulnerability":{"name":"CVE-2026-1"},"products":[{"@id":"pkg:deb/debian/a","subcomponents":[{"@id":"pkg:npm/b@1"}]}],"status":"not_affected","justification":"x"}]}"""u8.ToArray(),
            """{"document":{"category":"csaf_vex"},"product_tree":{"branches":[{"product":{"product_id":"a","product_identification_helper":{"purl":"pkg:npm/a"}}}]},"vulnerabilities":[{"cve":"CVE-2026-1","product_status":{"known_not_affected":["a"]},"flags":[{"label":"x","product_ids":["a"]}]}]}"""u8.ToArray(),
            """{"bomFormat":"CycloneDX","components":[{"bom-ref":"a","purl":"pkg:npm/a@1"}],"vulnerabilities":[{"id":"CVE-2026-1","analysis":{"state":"not_affected","justification":"x"},"affects":[{"ref":"a"}]}]}"""u8.ToArray(),
        ]) { Refusals = [typeof(VexException)] },
    ];

    private static FuzzTarget Import(string name, string seed) => new($"advisories-{name}", input => WithFile(input, path =>
    {
        using var import = new AdvisoryImport(TimeProvider.System);
        import.Read(path, "the input", null, CancellationToken.None);
    }), [Encoding.UTF8.GetBytes(seed)])
    {
        Refusals = [typeof(AdvisoryFormatException), typeof(AdvisoryFileException)],
    };

    private static void ReadFile(byte[] input) => WithFile(input, path =>
    {
        using var file = AdvisoryFile.Open(path);
        var count = file.All().Count();
        Trial.Limit("advisories", count, input.Length);
    });

    private static byte[] Written()
    {
        var bytes = Array.Empty<byte>();
        WithFile("""{"catalogVersion":"1","vulnerabilities":[{"cveID":"CVE-2026-1"},{"cveID":"CVE-2026-2","dateAdded":"x"}]}"""u8.ToArray(), path =>
        {
            using var import = new AdvisoryImport(TimeProvider.System);
            import.Read(path, "x", DateTimeOffset.UnixEpoch, CancellationToken.None);
            File.Delete(path);
            import.WriteTo(path);
            bytes = File.ReadAllBytes(path);
        });
        return bytes;
    }

    /// <summary>Puts an input where what reads files finds it.</summary>
    public static void WithFile(byte[] content, Action<string> use)
    {
        var path = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"bulwark-fuzz-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}");
        try
        {
            File.WriteAllBytes(path, content);
            use(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
