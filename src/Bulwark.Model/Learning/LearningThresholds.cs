using System.Collections.Immutable;

namespace Bulwark.Model.Learning;

/// <summary>When a workload counts as learnt, and how long it is then only audited.</summary>
public sealed record LearningThresholds
{
    /// <summary>The slice of time in which a conversation counts once, however often it was opened. At least 1 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Wall time from the workload's first activity until it can be learnt: a day has most of its cron jobs in it.</summary>
    public TimeSpan MinimumTime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Number of intervals in which it must have talked: wall time alone would let a workload that spoke once, a day ago, be learnt.
    /// </summary>
    public long MinimumIntervals { get; init; } = 5;

    /// <summary>Number of (conversation, interval) sightings.</summary>
    public long MinimumSightings { get; init; } = 300;

    /// <summary>Highest upper bound of the probability that the next sighting is of a conversation never seen; 0 to 1.</summary>
    public double MaximumUnseen { get; init; } = 0.01;

    /// <summary>Confidence of that upper bound; 0.5 to 1, both excluded.</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Time in audit without anything that would be blocked, before protection starts by itself.</summary>
    public TimeSpan AuditTime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Everything that is wrong with the values, each a sentence; empty if nothing is.</summary>
    public ImmutableArray<string> Validate()
    {
        var errors = ImmutableArray.CreateBuilder<string>();
        if (Interval < TimeSpan.FromSeconds(1))
            errors.Add($"The learning interval is {Interval}, but must be at least 1 second.");
        if (MinimumTime < TimeSpan.Zero)
            errors.Add($"The minimum time of learning is {MinimumTime}, but must not be negative.");
        if (MinimumIntervals < 1)
            errors.Add(FormattableString.Invariant($"The minimum of active intervals is {MinimumIntervals}, but must be at least 1."));
        if (MinimumSightings < 1)
            errors.Add(FormattableString.Invariant($"The minimum of sightings is {MinimumSightings}, but must be at least 1."));
        if (!(MaximumUnseen is > 0 and < 1))
            errors.Add(FormattableString.Invariant($"The maximum of unseen mass is {MaximumUnseen}, but must be between 0 and 1."));
        if (!(Confidence is > 0.5 and < 1))
            errors.Add(FormattableString.Invariant($"The confidence is {Confidence}, but must be between 0.5 and 1."));
        if (AuditTime < TimeSpan.Zero)
            errors.Add($"The time in audit is {AuditTime}, but must not be negative.");
        return errors.ToImmutable();
    }
}
