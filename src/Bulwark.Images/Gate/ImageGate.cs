using System.Globalization;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Gate;

/// <summary>Decides whether an image may pass; the one place that does, for the command line and all else.</summary>
public static class ImageGate
{
    public static GateVerdict Judge(ScanResult result, IReadOnlyCollection<GateRule> rules)
    {
        var counted = result.Findings.Where(finding => finding.Suppression is null && finding.Vulnerability is not { IsKernelHeaders: true }).ToList();
        var reasons = rules.Select(rule => (rule, Count: rule.CountsUnknown ? result.CannotTell.Length : counted.Count(rule.Counts)))
            .Where(item => item.Count > 0)
            .Select(item => string.Create(CultureInfo.InvariantCulture, $"{item.rule.Text}: {item.Count:N0}"));
        return new([.. reasons], !result.CannotTell.Any(doubt => doubt.IsGrave));
    }
}
