using Bulwark.Images.Advisories;
using Bulwark.Images.Findings;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Reports;

/// <summary>Something that is wrong.</summary>
/// <param name="Base">The image that brought it, of those that this one was built on; empty if none of them did, or if they are not known.</param>
public sealed record FindingReport(
    FindingKind Kind, string Id, Severity Severity, string Title, string Path, int? Layer, string Base, string History, string Fix,
    VulnerabilityReport? Vulnerability, Suppression? Suppressed)
{
    internal static FindingReport Of(Finding finding, ScanResult result) => new(
        finding.Kind, finding.Id, finding.Severity, finding.Title, finding.Path, finding.Layer, result.BaseOf(finding.Layer), result.HistoryOf(finding.Layer), finding.Fix,
        finding.Vulnerability is { } vulnerability ? VulnerabilityReport.Of(vulnerability, result.Distribution) : null, finding.Suppression);
}
