using System.Collections.Immutable;
using Bulwark.Model.Profiles;

namespace Bulwark.Model.Learning;

/// <summary>
/// Tells whether the executables that open a conversation, or that bind a port for others, are known well enough to refuse it to all others. What is
/// not in the image is never one of them: whoever put it there must not get it allowed by waiting. It is refused in audit first, for a person to see.
/// </summary>
public static class StableExecutables
{
    /// <summary>More different ones than this are no stable set.</summary>
    public const int Maximum = 8;

    /// <summary>In how many learning intervals a conversation must have been seen since its last new executable.</summary>
    public const int MinimumSightings = 5;

    /// <summary>The keys of the entries whose conversations are to be for their executables only.</summary>
    public static IEnumerable<ProfileKey> In(Profile profile)
    {
        var learnt = profile.Entries.Values.Where(entry =>
            entry.Origin == EntryOrigin.Learnt && entry.Key.Port.Port != 0 && entry.Key.Port.Transport.HasPorts).ToList();
        var opened = learnt.Where(entry => entry.Key.Direction == Direction.Out && AreKnown([entry], profile.Drifted));
        // Who binds a port does so for all its peers.
        var accepted = learnt.Where(entry => entry.Key.Direction == Direction.In).GroupBy(entry => entry.Key.Port)
            .Where(port => AreKnown([.. port], profile.Drifted)).SelectMany(port => port);
        return opened.Concat(accepted).Select(entry => entry.Key);
    }

    private static bool AreKnown(IReadOnlyCollection<ProfileEntry> entries, ImmutableSortedSet<string> drifted) =>
        entries.All(entry => !entry.HasUnknownExecutables)
        && entries.SelectMany(entry => entry.Executables).Except(drifted).Distinct(StringComparer.Ordinal).Take(Maximum + 1).ToList() is { Count: > 0 and <= Maximum } paths
        // One that starts with * is the end of a longer path: another may end the same.
        && paths.TrueForAll(path => path.StartsWith('/'))
        && entries.Any(entry => entry.Sightings - entry.SightingsAtLastExecutable >= MinimumSightings);
}
