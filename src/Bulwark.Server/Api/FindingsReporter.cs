using System.Collections.Immutable;
using Bulwark.Images.Advisories;
using Bulwark.Images.Findings;
using Bulwark.Images.Gate;
using Bulwark.Server.Api.Contracts;
using Bulwark.Server.Engine;
using Bulwark.Server.Images;

namespace Bulwark.Server.Api;

/// <summary>Reports on what scans found in the images of a workload.</summary>
internal static class FindingsReporter
{
    private const int MostDetails = 10;

    public static FindingsReport Report(WorkloadState workload, ImageScans images, DateTimeOffset now)
    {
        var running = workload.Containers.Values.Where(container => container.ImageDigest.Length > 0).DistinctBy(container => container.ImageDigest)
            .Select(container => (container.Image, Scan: images.Find(container.ImageDigest))).ToList();
        var scans = running.Select(item => item.Scan).OfType<ScannedImage>().ToList();
        return new(
            State(running.Count, scans, images.IsOn), Count(Severity.Critical), Count(Severity.High), Count(Severity.Medium), Count(Severity.Low), Count(Severity.Unknown),
            scans.Sum(scan => scan.Findings.Count(finding => finding.Kind == FindingKind.Secret)),
            scans.Sum(scan => scan.Findings.Count(finding => finding.Kind == FindingKind.Malware)),
            scans.Sum(scan => scan.Findings.Count(finding => finding.IsExploited)), scans.Count == 0 ? null : scans.Min(scan => scan.ScannedAt),
            [.. running.SelectMany(item => images.Judge(item.Scan, [item.Image], now).Reasons).Distinct()],
            [.. scans.SelectMany(scan => scan.Error.Length > 0 ? [scan.Error] : scan.Doubts).Distinct().Take(MostDetails)]);

        int Count(Severity severity) => scans.Sum(scan => scan.Counts.GetValueOrDefault(severity));
    }

    // The worst of them: what is not known is never shown as if all were well.
    private static string State(int running, List<ScannedImage> scans, bool isOn)
    {
        if (running == 0)
            return "none";
        if (scans.Count < running)
            return isOn ? "notScanned" : "off";
        if (scans.Exists(scan => scan.Error.Length > 0))
            return "failed";
        return scans.Exists(scan => !scan.Doubts.IsEmpty) ? "cannotTell" : "scanned";
    }
}
