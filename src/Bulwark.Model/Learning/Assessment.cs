using System.Collections.Immutable;
using System.Globalization;
using Bulwark.Model.Profiles;

namespace Bulwark.Model.Learning;

/// <summary>Decides whether a workload is learnt, and says what is missing.</summary>
/// <remarks>
/// Active time is wall time since the first activity, with a minimum of active intervals beside it: a nightly job is active for minutes
/// a day and must be learnable, while one that spoke once must not be.
/// </remarks>
public static class Assessment
{
    public static LearningAssessment Of(Profile profile, LearningThresholds thresholds, DateTimeOffset now)
    {
        var learning = profile.Learning;
        if (learning.FirstActivity is not { } first)
            return new(false, 0, ["never seen to talk yet"]);

        var waits = ImmutableArray.CreateBuilder<string>();
        var active = now > first ? now - first : TimeSpan.Zero;
        if (active < thresholds.MinimumTime)
            waits.Add($"active for {Span(active)} of {Span(thresholds.MinimumTime)}");
        if (learning.ActiveIntervals < thresholds.MinimumIntervals)
            waits.Add(FormattableString.Invariant($"active in {learning.ActiveIntervals} of {thresholds.MinimumIntervals} intervals"));
        if (learning.Sightings < thresholds.MinimumSightings)
            waits.Add(FormattableString.Invariant($"{learning.Sightings} of {thresholds.MinimumSightings} sightings"));
        var bound = UpperBound(profile, thresholds.Confidence);
        if (bound > thresholds.MaximumUnseen)
            waits.Add($"probability of something new {Round(bound)}, wants {Round(thresholds.MaximumUnseen)}");
        if (learning.Lost > 0 && (learning.LastLost is not { } lost || now - lost < thresholds.MinimumTime))
            waits.Add(FormattableString.Invariant($"observations were lost: {learning.Lost}, wants {Span(thresholds.MinimumTime)} without"));
        return new(waits.Count == 0, 1 - bound, waits.ToImmutable());
    }

    /// <summary>
    /// Upper bound of the unseen mass: the larger of two. One counts singletons among all sightings; the other takes the span since the
    /// last discovery, without which a workload would be learnt the moment that its newest conversation is seen a second time.
    /// </summary>
    public static double UpperBound(Profile profile, double confidence)
    {
        var learning = profile.Learning;
        // What a person allowed was expected, so that it was seen once says nothing about what else may come.
        var singletons = profile.Entries.Values.LongCount(entry => entry is { Origin: EntryOrigin.Learnt, Sightings: 1 });
        return Math.Max(
            UnseenMass.UpperBound(singletons, learning.Sightings, confidence),
            UnseenMass.UpperBound(0, Math.Max(0, learning.Sightings - learning.SightingsAtLastNew), confidence));
    }

    // Rounded away from the threshold's side, so that nobody reads "0.01, wants 0.01".
    private static string Round(double probability)
    {
        var scale = probability >= 0.1 ? 1e2 : probability >= 0.001 ? 1e4 : 1e6;
        return (Math.Ceiling(probability * scale - 1e-9) / scale).ToString("0.######", CultureInfo.InvariantCulture);
    }

    private static string Span(TimeSpan span) => span switch
    {
        { TotalHours: >= 48 } when span.Hours == 0 && span.Minutes == 0 => FormattableString.Invariant($"{(long)span.TotalDays} d"),
        { TotalHours: >= 1 } => FormattableString.Invariant($"{(long)span.TotalHours} h"),
        { TotalMinutes: >= 1 } => FormattableString.Invariant($"{(long)span.TotalMinutes} min"),
        _ => FormattableString.Invariant($"{(long)span.TotalSeconds} s"),
    };
}
