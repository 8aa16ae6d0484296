using System.Collections.Immutable;
using Bulwark.Images.Advisories;
using Bulwark.Images.Findings;
using Bulwark.Images.Reports;

namespace Bulwark.Images.Gate;

/// <summary>Of a scan what is kept to judge an image by, and to show how it is.</summary>
public sealed record ScannedImage
{
    // The most urgent come first, so what is cut off breaks no rule that these do not.
    private const int MostFindings = 2000;

    /// <summary>What this version of Bulwark writes down of a scan; what another wrote is scanned anew.</summary>
    public const int CurrentForm = 1;

    /// <summary>Digest of its configuration.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset ScannedAt { get; init; }

    /// <summary>Which advisories it was judged by, for telling whether there are others by now.</summary>
    public string Advisories { get; init; } = "";

    /// <summary>Why it could not be scanned; empty if it was.</summary>
    public string Error { get; init; } = "";

    /// <summary>What the gate may ask for: malware, secrets, what is exploited, what is critical or high.</summary>
    public ImmutableArray<GateFinding> Findings { get; init; } = [];

    /// <summary>How many findings there are of each severity, without those that never count.</summary>
    public ImmutableSortedDictionary<Severity, int> Counts { get; init; } = ImmutableSortedDictionary<Severity, int>.Empty;

    /// <summary>What is not known, as far as it is grave.</summary>
    public ImmutableArray<string> Doubts { get; init; } = [];

    /// <summary>What was written down; see <see cref="CurrentForm"/>.</summary>
    public int Form { get; init; }

    /// <summary>Whether all executable files of the image are known: others in its containers were made later.</summary>
    public bool KnowsExecutables { get; init; }

    /// <param name="report">The scan.</param>
    /// <param name="id">The image's id as Docker has it.</param>
    /// <param name="advisories">Which advisories it was judged by.</param>
    /// <param name="fixKnownSince">Since when the repaired version for a finding is known here.</param>
    public static ScannedImage Of(ScanReport report, string id, string advisories, Func<GateFinding, DateTimeOffset> fixKnownSince)
    {
        var findings = report.Findings.Select(GateFinding.Of).Where(finding => !finding.IsPassedOver).ToList();
        return new()
        {
            Id = id,
            ScannedAt = report.ScannedAt,
            Advisories = advisories,
            Form = CurrentForm,
            KnowsExecutables = report.Executables is { AreAll: true },
            Counts = findings.GroupBy(finding => finding.Severity).ToImmutableSortedDictionary(group => group.Key, group => group.Count()),
            Findings =
            [
                .. findings.Where(IsKept).Take(MostFindings)
                    .Select(finding => finding.FixedVersion.Length == 0 ? finding : finding with { FixKnownSince = fixKnownSince(finding) }),
            ],
            Doubts = [.. report.CannotTell.Where(doubt => doubt.Grave).Select(doubt => doubt.Subject.Length == 0 ? doubt.Reason : $"{doubt.Subject}: {doubt.Reason}").Take(20)],
        };
    }

    private static bool IsKept(GateFinding finding) =>
        finding.IsExploited || finding.Severity >= Severity.High || finding.Kind is FindingKind.Malware or FindingKind.Secret;
}
