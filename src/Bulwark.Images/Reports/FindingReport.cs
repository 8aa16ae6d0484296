using Bulwark.Images.Advisories;
using Bulwark.Images.Findings;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Reports;

/// <summary>Something that is wrong.</summary>
public sealed record FindingReport(
    FindingKind Kind, string Id, Severity Severity, string Title, string Path, int? Layer, string History, string Fix,
    VulnerabilityReport? Vulnerability, Suppression? Suppressed)
{
    internal static FindingReport Of(Finding finding, ScanResult result) => new(
        finding.Kind, finding.Id, finding.Severity, finding.Title, finding.Path, finding.Layer, result.HistoryOf(finding.Layer), finding.Fix,
        finding.Vulnerability is { } vulnerability ? VulnerabilityReport.Of(vulnerability, result.Distribution) : null, finding.Suppression);
}
