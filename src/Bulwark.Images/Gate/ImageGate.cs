using System.Globalization;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Gate;

/// <summary>Decides whether an image may pass; the one place that does, for the command line, the server, and Docker's plugin.</summary>
public static class ImageGate
{
    public static GateVerdict Judge(ScanResult result, IReadOnlyCollection<GateRule> rules) => Judge(
        [.. result.Findings.Select(GateFinding.Of)], result.CannotTell.Length, !result.CannotTell.Any(doubt => doubt.IsGrave), rules, result.ScannedAt);

    /// <summary>Judges an image by what its scan found; the same rules as for the command line, with the exceptions for this image.</summary>
    /// <param name="image">Null if it was not scanned.</param>
    /// <param name="names">What the image is called.</param>
    public static GateVerdict Judge(
        ScannedImage? image, IReadOnlyCollection<string> names, ImagePolicy policy, IEnumerable<IgnoreRule> exceptions, DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var valid = exceptions.Where(rule => !rule.IsOver(today) && rule.IsFor(names)).ToList();
        if (valid.Exists(rule => rule.Id == IgnoreRule.Everything))
            return new([], true);
        if (image is null || image.Error.Length > 0)
        {
            return policy.Unscanned && !valid.Exists(rule => rule.Id == IgnoreRule.Unscanned)
                ? new([image is null ? "it is not scanned yet" : $"it could not be scanned: {image.Error}"], false)
                : new([], false);
        }
        var findings = image.Findings.Where(finding => !valid.Exists(rule => rule.Covers(finding))).ToList();
        return Judge(findings, image.Doubts.Length, image.Doubts.IsEmpty || valid.Exists(rule => rule.Id == IgnoreRule.Unknown), policy.Rules, now);
    }

    private static GateVerdict Judge(
        IReadOnlyCollection<GateFinding> findings, int doubts, bool couldTell, IReadOnlyCollection<GateRule> rules, DateTimeOffset now)
    {
        var reasons = rules.Select(rule => (rule, Count: rule.CountsUnknown ? doubts : findings.Count(finding => rule.Counts(finding, now))))
            .Where(item => item.Count > 0)
            .Select(item => string.Create(CultureInfo.InvariantCulture, $"{item.rule.Text}: {item.Count:N0}"));
        return new([.. reasons], couldTell);
    }
}
