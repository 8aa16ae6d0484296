using System.Collections.Immutable;
using Bulwark.Images.Advisories;
using Bulwark.Images.Running;

namespace Bulwark.Images.Findings;

/// <summary>The order in which findings are told: what hurts most and can be mended comes first.</summary>
public static class Urgency
{
    public static ImmutableArray<Finding> Ordered(IEnumerable<Finding> findings) =>
    [
        .. findings.OrderBy(finding => finding.Suppression is not null)
            .ThenByDescending(finding => finding.Vulnerability?.Exploitation?.IsKnown ?? false)
            .ThenByDescending(finding => finding.Severity)
            .ThenBy(finding => finding.Kind is not (FindingKind.Secret or FindingKind.Malware))
            .ThenByDescending(finding => (finding.Vulnerability?.Use ?? PackageUse.Unknown).Rank())
            .ThenBy(finding => finding.Vulnerability is { FixedVersion.Length: 0 })
            .ThenByDescending(finding => finding.Vulnerability?.ScoreTenths ?? 0)
            .ThenByDescending(finding => finding.Vulnerability?.Exploitation?.Likelihood ?? 0)
            .ThenBy(finding => finding.Vulnerability?.State ?? AdvisoryState.Fixed)
            .ThenBy(finding => finding.Vulnerability?.Package.Package.Source ?? "", StringComparer.Ordinal)
            .ThenBy(finding => finding.Vulnerability?.Package.Package.Name ?? "", StringComparer.Ordinal)
            .ThenByDescending(finding => finding.Id, StringComparer.Ordinal)
            .ThenBy(finding => finding.Path, StringComparer.Ordinal),
    ];
}
