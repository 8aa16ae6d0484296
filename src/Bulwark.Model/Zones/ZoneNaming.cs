using System.Collections.Immutable;

namespace Bulwark.Model.Zones;

/// <summary>Names zones: by compose project, else by the workload that talks most.</summary>
internal static class ZoneNaming
{
    public static (string Name, bool IsProject) Propose(IReadOnlyCollection<Peer> core, ConversationGraph graph, ILookup<Peer, ZoneEdge> talk)
    {
        var project = core.Where(peer => graph.ProjectOf(peer).Length > 0)
            .GroupBy(graph.ProjectOf)
            .OrderByDescending(members => members.Count())
            .ThenByDescending(members => members.Sum(Weight))
            .ThenBy(members => members.Key, StringComparer.Ordinal)
            .FirstOrDefault();
        return project is not null
            ? (project.Key, true)
            : (core.OrderByDescending(Weight).ThenBy(peer => peer).First().ToString(), false);

        double Weight(Peer peer) => talk[peer].Sum(edge => (double)edge.Weight);
    }

    /// <summary>Gives a name that is taken the first free one of <c>name-2</c>, <c>name-3</c>, …; the order of the zones stays.</summary>
    public static ImmutableArray<Zone> MakeUnique(IEnumerable<Zone> zones)
    {
        var unique = ImmutableArray.CreateBuilder<Zone>();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var zone in zones)
        {
            var name = zone.Name;
            for (var number = 2; !taken.Add(name); number++)
                name = FormattableString.Invariant($"{zone.Name}-{number}");
            unique.Add(zone with { Name = name });
        }
        return unique.ToImmutable();
    }
}
