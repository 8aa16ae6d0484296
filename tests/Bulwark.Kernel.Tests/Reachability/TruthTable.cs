using Bulwark.Model;
using Bulwark.Model.Profiles;

namespace Bulwark.Kernel.Tests.Reachability;

/// <summary>
/// Who may reach whom, said straight from the profiles and what their entries mean: without the compiler, its look-ups or identities.
/// </summary>
internal static class TruthTable
{
    public static Reach Expected(IReadOnlyList<Profile> profiles, Cell cell)
    {
        if (!Lets(profiles[cell.Client], Direction.Out, cell.Server, cell.Port))
            return Reach.StoppedAtClient;
        return Lets(profiles[cell.Server], Direction.In, cell.Client, cell.Port) ? Reach.Answered : Reach.StoppedAtServer;
    }

    // One end. Only entries that name the other workload count: no range, and not the world, ever means a container.
    private static bool Lets(Profile profile, Direction direction, int other, ServerPort port) =>
        profile.Mode != Mode.Protect || profile.Entries.Values.Any(entry => entry.Origin != EntryOrigin.Refused
            && entry.Key.Direction == direction && entry.Key.Peer == Peer.Workload(Neighbours.Name(other)) && Means(entry, port));

    private static bool Means(ProfileEntry entry, ServerPort port)
    {
        if (entry.Key.Port == port)
            return true;
        // Wildcards, which only a person writes: any port of a transport, or anything.
        return entry.Origin == EntryOrigin.Allowed && entry.Key.Port.Port == 0
            && (entry.Key.Port.Transport == port.Transport || entry.Key.Port.Transport == default);
    }
}
