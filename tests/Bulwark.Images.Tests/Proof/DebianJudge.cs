using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Bulwark.Images.Tests.Harness;

namespace Bulwark.Images.Tests.Proof;

/// <summary>
/// Says what is vulnerable, and has nothing in common with our code: it reads advisories from another program's extract, and compares versions
/// with dpkg.
/// </summary>
internal static class DebianJudge
{
    private static readonly ConcurrentDictionary<(string, string), Task<bool>> s_older = [];

    /// <summary>Repairs in a release. Where the real advisories are not beside the project, one made up for a package that is always there has to do.</summary>
    public static IEnumerable<(string Source, string Version, string[] Issues)> Fixes(string release) => SharedData.IsHere
        ? File.ReadLines(SharedData.PathOf("advisories/debian/debian-security.jsonl")).Select(line => JsonNode.Parse(line)!)
            .Where(row => row["release"]!.ToString() == release && row["fixed"] is { } version && !version.ToString().StartsWith('<'))
            .Select(row => (row["source"]!.ToString(), row["fixed"]!.ToString(), row["cves"]!.AsArray().Select(cve => cve!.ToString()).DefaultIfEmpty(row["advisory"]!.ToString()).ToArray()))
        : [("base-files", "99", ["CVE-2026-0001"]), ("libxml2", "1", ["CVE-2026-0002"])];

    /// <summary>Each package with each vulnerability that it has.</summary>
    public static async Task<HashSet<string>> JudgeAsync(DebianRoot root)
    {
        var installed = await root.SourcesAsync();
        Assert.True(installed.Count > 50, $"only {installed.Count} sources");
        var expected = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(Fixes(root.Release).Where(fix => installed.Contains(fix.Source)), async (fix, _) =>
        {
            foreach (var (version, package) in installed[fix.Source])
            {
                if (await IsOlderAsync(version, fix.Version))
                {
                    foreach (var issue in fix.Issues)
                        expected.Add($"{package} {issue}");
                }
            }
        });
        return [.. expected];
    }

    /// <summary>dpkg's own word.</summary>
    public static Task<bool> IsOlderAsync(string version, string than) => s_older.GetOrAdd((version, than), static async pair =>
    {
        using var process = Process.Start("dpkg", ["--compare-versions", pair.Item1, "lt", pair.Item2]);
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    });
}
