namespace Bulwark.Model.Profiles;

/// <summary>
/// What the learner counts. Time is cut into intervals; in each, every conversation counts once however often it was opened,
/// so that a busy connection pool does not pass for evidence.
/// </summary>
public sealed record LearningProgress
{
    /// <summary>When the workload was first seen to talk; null until then.</summary>
    public DateTimeOffset? FirstActivity { get; init; }

    /// <summary>Number of intervals in which the workload talked at all.</summary>
    public long ActiveIntervals { get; init; }

    /// <summary>Number of (conversation, interval) sightings: N of Good-Turing.</summary>
    public long Sightings { get; init; }

    /// <summary>When a conversation was last seen for the first time.</summary>
    public DateTimeOffset? LastNew { get; init; }

    /// <summary>Value of <see cref="Sightings"/> when a conversation was last new: what came since was all known.</summary>
    public long SightingsAtLastNew { get; init; }

    /// <summary>Start of the newest interval that was counted.</summary>
    public DateTimeOffset? Interval { get; init; }

    /// <summary>Observations about this workload that are known to be lost. Learning does not end on incomplete evidence.</summary>
    public long Lost { get; init; }

    /// <summary>When observations were last lost; null if never. Losses long ago do not hold learning up for ever.</summary>
    public DateTimeOffset? LastLost { get; init; }
}
