using Bulwark.Model.Profiles;

namespace Bulwark.Model.Learning;

/// <summary>Tells whether the executables that open a conversation are known well enough to refuse it to all others.</summary>
public static class StableExecutables
{
    /// <summary>More different ones than this are no stable set.</summary>
    public const int Maximum = 8;

    /// <summary>In how many learning intervals a conversation must have been seen since its last new executable.</summary>
    public const int MinimumSightings = 5;

    /// <summary>
    /// Only for conversations that the workload opens itself: who accepts one is decided when a port is bound, long before.
    /// </summary>
    public static bool AreIn(ProfileEntry entry) =>
        entry is { Origin: EntryOrigin.Learnt, Key.Direction: Direction.Out, HasUnknownExecutables: false, Executables.Count: > 0 and <= Maximum }
        && entry.Key.Port.Port != 0 && entry.Key.Port.Transport.HasPorts
        // One that starts with * is the end of a longer path: another may end the same.
        && entry.Executables.All(path => path.StartsWith('/'))
        && entry.Sightings - entry.SightingsAtLastExecutable >= MinimumSightings;
}
