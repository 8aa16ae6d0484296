using System.Diagnostics;
using System.Text.Json.Nodes;
using Bulwark.Images.Advisories;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Findings;
using Bulwark.Images.Scanning;
using Bulwark.Images.Sources;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Proof;

/// <summary>
/// Real packages of Debian, with and without security updates, and real advisories. The judge has nothing in common with our code: it lists
/// packages with dpkg-query, reads advisories from another program's extract, and compares versions with dpkg.
/// </summary>
public sealed class DebianPackagesTests
{
    private const string Packages = "openssl,redis-server,bind9-dnsutils,libpq5,libxml2,linux-libc-dev";

    [Fact]
    public async Task Exactly_the_vulnerabilities_that_dpkg_itself_sees_are_found()
    {
        using var directory = new TemporaryDirectory();
        using var advisories = RealAdvisories(directory);
        var root = Path.Combine(directory.Path, "root");
        await RunAsync("mmdebstrap", "--quiet", "--variant=essential", $"--include={Packages}", "bookworm", root, $"deb {await MirrorAsync()} bookworm main");

        var result = await ImageScanner.ScanAsync(new DirectorySource(root), advisories, new(), TimeProvider.System, CancellationToken.None);

        var expected = await JudgeAsync(root, "bookworm");
        var found = result.Findings.Where(finding => finding.Kind == FindingKind.Vulnerability)
            .Select(finding => $"{finding.Vulnerability!.Package.Package.Name} {finding.Id}").ToHashSet();
        Assert.Equal(expected.Order(), found.Order());
        Assert.DoesNotContain(result.CannotTell, doubt => doubt.IsGrave);
        if (SharedData.IsHere)
            Assert.True(expected.Count > 100, $"only {expected.Count} expected");
    }

    // Where this machine's own packages come from, but for security updates.
    private static async Task<string> MirrorAsync()
    {
        var indexes = await RunAsync("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Codename: bookworm", "Component: main");
        return indexes.Split('\n')[0];
    }

    private static async Task<HashSet<string>> JudgeAsync(string root, string release)
    {
        var rows = await RunAsync(
            "dpkg-query", "--admindir", $"{root}/var/lib/dpkg", "-W", "-f", "${source:Package}\t${source:Version}\t${Package}\n");
        var installed = rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('\t')).ToLookup(row => row[0]);
        Assert.True(installed.Count > 50, $"only {installed.Count} sources");
        var expected = new HashSet<string>();
        foreach (var fix in Fixes(release).Where(fix => installed.Contains(fix.Source)))
        {
            foreach (var row in installed[fix.Source])
            {
                if (await IsOlderAsync(row[1], fix.Version))
                    expected.UnionWith(fix.Issues.Select(issue => $"{row[2]} {issue}"));
            }
        }
        return expected;
    }

    // Where the real advisories are not beside the project, one made up for a package that is always there has to do.
    private static IEnumerable<(string Source, string Version, string[] Issues)> Fixes(string release) => SharedData.IsHere
        ? File.ReadLines(SharedData.PathOf("advisories/debian/debian-security.jsonl")).Select(line => JsonNode.Parse(line)!)
            .Where(row => row["release"]!.ToString() == release && row["fixed"] is { } version && !version.ToString().StartsWith('<'))
            .Select(row => (row["source"]!.ToString(), row["fixed"]!.ToString(), row["cves"]!.AsArray().Select(cve => cve!.ToString()).DefaultIfEmpty(row["advisory"]!.ToString()).ToArray()))
        : [("base-files", "99", ["CVE-2026-0001"]), ("libxml2", "1", ["CVE-2026-0002"])];

    private static AdvisoryFile RealAdvisories(TemporaryDirectory directory)
    {
        var path = Path.Combine(directory.Path, "advisories");
        using var import = new AdvisoryImport(TimeProvider.System);
        string[] files = SharedData.IsHere
            ? [SharedData.PathOf("advisories/debian/DSA.list"), SharedData.PathOf("advisories/debian/DLA.list")]
            : [directory.Write("list", "[01 Jan 2026] DSA-1-1 x - y\n\t{CVE-2026-0001}\n\t[bookworm] - base-files 99\n[01 Jan 2026] DSA-2-1 x - y\n\t{CVE-2026-0002}\n\t[bookworm] - libxml2 1\n")];
        foreach (var file in files)
            import.Read(file, file, null, CancellationToken.None);
        import.WriteTo(path);
        return AdvisoryFile.Open(path);
    }

    private static async Task<bool> IsOlderAsync(string version, string than)
    {
        using var process = Process.Start("dpkg", ["--compare-versions", version, "lt", than]);
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program}: {await error}");
        return output;
    }
}
