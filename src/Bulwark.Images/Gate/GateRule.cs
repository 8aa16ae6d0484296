using Bulwark.Images.Advisories;
using Bulwark.Images.Findings;

namespace Bulwark.Images.Gate;

/// <summary>One reason to refuse an image.</summary>
/// <param name="Text">As it was written: <c>critical+fixable</c>.</param>
/// <param name="Least">The least severity that counts; null for any.</param>
/// <param name="MustBeFixable">Only vulnerabilities for which there is a repaired version.</param>
/// <param name="Kind">Only findings of this kind; null for all.</param>
/// <param name="CountsUnknown">Instead of findings: anything that the scan could not tell.</param>
/// <param name="CountsUnrated">Only vulnerabilities that nobody has rated.</param>
/// <param name="MustBeExploited">Only vulnerabilities that are known to be exploited (KEV).</param>
public sealed record GateRule(string Text, Severity? Least, bool MustBeFixable, FindingKind? Kind, bool CountsUnknown, bool CountsUnrated,
    bool MustBeExploited)
{
    public static readonly string[] Words = ["critical", "high", "medium", "low", "unrated", "fixable", "secret", "malware", "kev", "unknown"];

    /// <summary>Reads <c>high</c> or <c>critical+fixable</c>: all of what '+' joins must hold. Null if a word is not known.</summary>
    public static GateRule? Parse(string text)
    {
        var rule = new GateRule(text, null, false, null, false, false, false);
        foreach (var word in text.Split('+'))
        {
            switch (word)
            {
                case "critical" or "high" or "medium" or "low":
                    rule = rule with { Least = Enum.Parse<Severity>(word, ignoreCase: true) };
                    break;
                case "unrated":
                    rule = rule with { CountsUnrated = true };
                    break;
                case "fixable":
                    rule = rule with { MustBeFixable = true };
                    break;
                case "secret":
                    rule = rule with { Kind = FindingKind.Secret };
                    break;
                case "malware":
                    rule = rule with { Kind = FindingKind.Malware };
                    break;
                case "kev":
                    rule = rule with { MustBeExploited = true };
                    break;
                case "unknown":
                    rule = rule with { CountsUnknown = true };
                    break;
                default:
                    return null;
            }
        }
        return rule;
    }

    /// <summary>Only vulnerabilities for which a repaired version is known here for longer.</summary>
    public TimeSpan FixKnownFor { get; init; }

    internal bool Counts(GateFinding finding, DateTimeOffset now) => !CountsUnknown && !finding.IsPassedOver
        && (Least is null || finding.Severity >= Least)
        && (!MustBeFixable || finding.FixedVersion.Length > 0)
        && (FixKnownFor == default || (finding.FixKnownSince is { } since && now - since > FixKnownFor))
        && (!MustBeExploited || finding.IsExploited)
        && (Kind is null || finding.Kind == Kind)
        && (!CountsUnrated || (finding.Severity == Severity.Unknown && finding.Kind == FindingKind.Vulnerability));
}
