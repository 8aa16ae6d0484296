using System.Diagnostics;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Matching;
using Bulwark.Images.Packages;

namespace Bulwark.Bench.Images;

/// <summary>How long it takes to judge the packages of an image.</summary>
internal static class MatchingCost
{
    private const int Times = 15;

    public static void Measure(FullAdvisories advisories, ImageResults results)
    {
        // As many as a large image has; those with many advisories are among them.
        var inventory = new Inventory(
            new("debian", "12", "bookworm", "Debian 12") { },
            [
                .. Enumerable.Range(0, 700).Select(index => Installed(PackageKind.Dpkg, FullAdvisories.DebianName(index * 5), "1.4.10-1")),
                .. Enumerable.Range(0, 150).Select(index => Installed(PackageKind.Go, FullAdvisories.GoName(index * 13), "1.4.10")),
                .. Enumerable.Range(0, 150).Select(index => Installed(PackageKind.Npm, FullAdvisories.NpmName(index * 97), "1.4.10")),
            ],
            []);
        var (opened, matched) = (new List<double>(), new List<double>());
        var found = 0;
        for (var time = -3; time < Times; time++)
        {
            var start = Stopwatch.GetTimestamp();
            using var file = AdvisoryFile.Open(advisories.Location);
            var open = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            start = Stopwatch.GetTimestamp();
            found = Matcher.Match(inventory, file, null, DateTimeOffset.UtcNow).Findings.Length;
            if (time < 0)
                continue;
            opened.Add(open);
            matched.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        results.AddMatching(inventory.Packages.Length, found, Spread.Of(opened), Spread.Of(matched));
    }

    private static InstalledPackage Installed(PackageKind kind, string name, string version) => new(new(kind, name, version), "", 0);
}
