using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Bulwark.Images.Advisories;
using Bulwark.Images.Findings;
using Bulwark.Images.Reports;
using Bulwark.Images.Running;
using Bulwark.Images.Scanning;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Running;

public sealed class UsedPackagesTests
{
    private const string Info = "var/lib/dpkg/info/";

    private static readonly string[] s_names = ["curl", "libssl3", "nginx", "python3-requests", "tzdata"];

    [Fact]
    public void Each_vulnerability_of_a_running_container_says_whether_its_package_is_in_use()
    {
        var result = Judge(new(["usr/sbin/nginx", "usr/lib/x86_64-linux-gnu/libssl.so.3", "app/server", "usr/bin/python3"], ["usr/sbin/nginx"], IsPartial: false));

        Assert.Equal(
            // Nobody can see what an interpreter has read, nor use of what has no code.
            [("curl", PackageUse.Idle), ("libssl3", PackageUse.Runs), ("nginx", PackageUse.Listens), ("python3-requests", PackageUse.Unknown), ("tzdata", PackageUse.Unknown)],
            Uses(result).Order());
    }

    [Fact]
    public void What_is_in_use_comes_before_what_is_not()
    {
        var result = Judge(new(["usr/sbin/nginx", "usr/lib/x86_64-linux-gnu/libssl.so.3"], ["usr/sbin/nginx"], IsPartial: false));

        Assert.Equal(["nginx", "libssl3", "python3-requests", "tzdata", "curl"], Uses(result).Select(use => use.Package));
    }

    [Fact]
    public void What_ran_before_counts_too() =>
        Assert.Contains(("curl", PackageUse.Runs), Uses(Judge(new([], [], IsPartial: false), ranBefore: ["usr/bin/curl"])));

    [Fact]
    public void Where_not_all_processes_could_be_seen_nothing_is_idle() =>
        Assert.DoesNotContain(Uses(Judge(new(["usr/sbin/nginx"], [], IsPartial: true))), use => use.Use == PackageUse.Idle);

    [Fact]
    public void Of_an_image_that_does_not_run_nothing_is_said()
    {
        var result = Judge(null);

        Assert.All(Uses(result), use => Assert.Equal(PackageUse.Unknown, use.Use));
        Assert.DoesNotContain("inUse", CycloneDxReport.Write(result, "1.0", withVulnerabilities: true), StringComparison.Ordinal);
        Assert.All(ScanReport.Of(result, new([], true)).Findings, finding => Assert.Null(finding.Vulnerability?.InUse));
    }

    [Fact]
    public void Reports_say_it_in_their_own_ways()
    {
        var result = Judge(new(["usr/sbin/nginx"], ["usr/sbin/nginx"], IsPartial: false));

        var reports = ScanReport.Of(result, new([], true)).Findings.Select(finding => finding.Vulnerability).OfType<VulnerabilityReport>().ToDictionary(report => report.Package);
        Assert.Equal((true, true), (reports["nginx"].InUse, reports["nginx"].Listens));
        Assert.Equal((false, false), (reports["curl"].InUse, reports["curl"].Listens));
        var properties = JsonNode.Parse(CycloneDxReport.Write(result, "1.0", withVulnerabilities: true))!["vulnerabilities"]!.AsArray()
            .ToDictionary(vulnerability => vulnerability!["id"]!.ToString(), vulnerability => vulnerability!["properties"]!.AsArray().FirstOrDefault(property => property!["name"]!.ToString() == "bulwark:inUse")?["value"]?.ToString());
        Assert.Equal(("listens", "no", null), (properties["CVE-2026-0002"], properties["CVE-2026-0000"], properties["CVE-2026-0004"]));
        Assert.Contains("in use, by a process that listens", HtmlReport.Write(result), StringComparison.Ordinal);
    }

    private static List<(string Package, PackageUse Use)> Uses(ScanResult result) =>
        [.. result.Findings.Where(finding => finding.Kind == FindingKind.Vulnerability).Select(finding => (finding.Vulnerability!.Package.Package.Name, finding.Vulnerability.Use))];

    private static ScanResult Judge(RunningFiles? running, ImmutableArray<string>? ranBefore = null)
    {
        static string Sum(string path) => $"d41d8cd98f00b204e9800998ecf8427e  {path}\n";
        var tar = new Tar()
            .File("etc/os-release", "ID=debian\nVERSION_ID=12\nVERSION_CODENAME=bookworm\n")
            .Link("bin", "usr/bin").Link("sbin", "usr/sbin").Link("lib", "usr/lib")
            .File("var/lib/dpkg/status", string.Concat(s_names.Select(name => $"Package: {name}\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n\n")))
            // As packages from before the merge of /lib and /usr/lib list their files.
            .File($"{Info}libssl3:amd64.list", "/.\n/lib/x86_64-linux-gnu/libssl.so.3\n").File($"{Info}libssl3:amd64.md5sums", Sum("lib/x86_64-linux-gnu/libssl.so.3"))
            .File($"{Info}nginx.list", "/usr/sbin/nginx\n").File($"{Info}nginx.md5sums", Sum("usr/sbin/nginx"))
            .File($"{Info}curl.list", "/usr/bin/curl\n").File($"{Info}curl.md5sums", Sum("usr/bin/curl"))
            .File($"{Info}python3-requests.list", "/usr/lib/python3/dist-packages/requests/api.py\n").File($"{Info}python3-requests.md5sums", Sum("usr/lib/python3/dist-packages/requests/api.py"))
            .File($"{Info}tzdata.list", "/usr/share/zoneinfo/UTC\n").File($"{Info}tzdata.md5sums", Sum("usr/share/zoneinfo/UTC"));
        var image = Reading.Archive(new TestImage().Layer(tar).DockerArchive(), analysers: ImageScanner.Analysers);
        using var advisories = new TestAdvisories([.. s_names.Select((name, number) => new Advisory
        {
            Ecosystem = "debian:12", Package = name, Id = $"CVE-2026-000{number}", Severity = Severity.High, State = AdvisoryState.Affected, Ranges = [new("", "", "")], Source = "debian",
        })]);
        return ImageScanner.Judge(image with { Running = running }, advisories.File, new() { RanBefore = ranBefore ?? [] }, TestAdvisories.AsOf);
    }
}
