using System.Collections.Immutable;

namespace Bulwark.Images.Gate;

/// <summary>Which images must not start in protect: switches, each with a default that suits most hosts.</summary>
public sealed record ImagePolicy
{
    /// <summary>Images with malware.</summary>
    public bool Malware { get; init; } = true;

    /// <summary>Images with a vulnerability that is known to be exploited.</summary>
    public bool Exploited { get; init; } = true;

    /// <summary>
    /// Images with a critical vulnerability for which a repaired version is known here for longer than this: time to build the image anew.
    /// Null to let them pass.
    /// </summary>
    public TimeSpan? CriticalAfter { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Images with a secret in them.</summary>
    public bool Secrets { get; init; }

    /// <summary>Images that were not scanned, or could not be.</summary>
    public bool Unscanned { get; init; } = true;

    /// <summary>Images of which a scan could not tell how they are: no advisories, a release that nobody looks after, a damaged layer.</summary>
    public bool Unknown { get; init; }

    /// <summary>The switches as rules.</summary>
    public ImmutableArray<GateRule> Rules => [.. Words().Select(word => GateRule.Parse(word)!), .. CriticalAfter is { } age ? (GateRule[])[Critical(age)] : []];

    private IEnumerable<string> Words()
    {
        if (Malware)
            yield return "malware";
        if (Exploited)
            yield return "kev";
        if (Secrets)
            yield return "secret";
        if (Unknown)
            yield return "unknown";
    }

    private static GateRule Critical(TimeSpan age) => GateRule.Parse("critical+fixable")! with
    {
        Text = FormattableString.Invariant($"critical, with a repair known for more than {age.TotalDays:0.#} days"),
        FixKnownFor = age,
    };
}
