using System.Collections.Immutable;

namespace Bulwark.Model.Zones;

/// <summary>
/// Cuts the graph of conversations into zones. The result depends on the graph only, not on the order in which it is told, and a
/// conversation added inside a compose project changes no zone of another.
/// </summary>
/// <remarks>
/// 1. A compose project is the core of a zone: a person said that it belongs together. Of the rest, what serves or calls several
/// applications is shared (<see cref="SharedServices"/>) and what is then connected is a core.
/// 2. A workload that is client of two foreign applications, or server of two, is shared as well. A lone workload with conversations
/// into one core only joins it.
/// 3. Shared workloads and services outside join each zone whose core they converse with; where a conversation is in no zone yet,
/// its server joins its client's. So every conversation between workloads lies inside a zone.
/// The host, the world and multicast connect everything with everything, so they neither glue nor become members.
/// </remarks>
public static class ZoneFormer
{
    // How many conversations a reason names.
    private const int MaximumNamed = 3;

    /// <param name="edges">The conversations; several between the same peers are fine.</param>
    /// <param name="projects">The compose project of each workload, or empty; workloads that converse with nobody are known from here.</param>
    public static ImmutableArray<Zone> Form(IReadOnlyCollection<ZoneEdge> edges, IReadOnlyDictionary<Peer, string> projects)
    {
        var graph = new ConversationGraph(edges, projects);
        var home = Cores(graph, out var shared);
        var zones = Join(graph, home, shared);
        JoinOutside(edges, zones);
        return Describe(edges, graph, home, shared, zones);
    }

    // The core that each workload is at home in, as a number; a shared one may have none.
    private static Dictionary<Peer, int> Cores(ConversationGraph graph, out HashSet<Peer> shared)
    {
        var loose = SharedServices.Find(graph);
        var home = graph.Components(graph.Workloads.Where(peer => graph.ProjectOf(peer).Length == 0 && !loose.Contains(peer)).ToHashSet());
        var next = home.Count;
        foreach (var project in graph.Workloads.Where(peer => graph.ProjectOf(peer).Length > 0).GroupBy(graph.ProjectOf))
        {
            foreach (var peer in project)
                home[peer] = next;
            next++;
        }

        var members = home.GroupBy(pair => pair.Value, pair => pair.Key).ToDictionary(core => core.Key, core => core.ToList());
        var found = home.Keys.Where(peer => Foreign(graph.ServersOf(peer), peer) >= 2 || Foreign(graph.ClientsOf(peer), peer) >= 2);
        shared = [.. loose, .. found];
        MergeLone(graph, home, members, shared);
        Dissolve(graph, home, shared);
        return home;

        int Foreign(IEnumerable<Peer> neighbours, Peer peer) => neighbours
            .Where(neighbour => home.TryGetValue(neighbour, out var core) && core != home[peer]
                && (members[core].Count > 1 || graph.ProjectOf(neighbour).Length > 0))
            .Select(neighbour => home[neighbour])
            .Distinct()
            .Count();
    }

    private static void MergeLone(
        ConversationGraph graph, Dictionary<Peer, int> home, Dictionary<int, List<Peer>> members, HashSet<Peer> shared)
    {
        var merges = new List<(int From, int To)>();
        foreach (var core in members.Values.Where(core => core.Count == 1 && !shared.Contains(core[0])))
        {
            var foreign = graph.NeighboursOf(core[0])
                .Where(neighbour => home.ContainsKey(neighbour) && !shared.Contains(neighbour))
                .Select(neighbour => home[neighbour]).Distinct().ToList();
            if (foreign.Count == 1)
                merges.Add((home[core[0]], foreign[0]));
        }
        foreach (var (from, to) in merges)
        {
            // Earlier merges may have renumbered either side; the members still know where they are.
            var (old, target) = (home[members[from][0]], home[members[to][0]]);
            foreach (var peer in home.Where(pair => pair.Value == old).Select(pair => pair.Key).ToList())
                home[peer] = target;
        }
    }

    // A core of shared workloads only, all of which have another zone to be in, is no application.
    private static void Dissolve(ConversationGraph graph, Dictionary<Peer, int> home, HashSet<Peer> shared)
    {
        var hollow = home.GroupBy(pair => pair.Value, pair => pair.Key).Where(core => core.All(shared.Contains)).ToList();
        var homeless = hollow
            .Where(core => core.All(peer => graph.NeighboursOf(peer)
                .Any(neighbour => !shared.Contains(neighbour) && home[neighbour] != core.Key)))
            .SelectMany(core => core)
            .ToList();
        foreach (var peer in homeless)
            home.Remove(peer);
    }

    private static Dictionary<int, HashSet<Peer>> Join(ConversationGraph graph, Dictionary<Peer, int> home, HashSet<Peer> shared)
    {
        var zones = home.GroupBy(pair => pair.Value, pair => pair.Key).ToDictionary(core => core.Key, core => core.ToHashSet());
        foreach (var peer in shared)
        {
            foreach (var neighbour in graph.NeighboursOf(peer).Where(neighbour => !shared.Contains(neighbour)))
                zones[home[neighbour]].Add(peer);
        }
        var next = zones.Keys.DefaultIfEmpty(-1).Max() + 1;
        foreach (var peer in graph.Workloads.Where(peer => !zones.Values.Any(zone => zone.Contains(peer))).ToList())
        {
            home[peer] = next;
            zones[next++] = [peer];
        }

        // Judged before any of them joins, so that the order of the conversations does not matter.
        var joins = new List<(int Zone, Peer Server)>();
        foreach (var client in graph.Workloads)
        {
            foreach (var server in graph.ServersOf(client))
            {
                if (zones.Values.Any(zone => zone.Contains(client) && zone.Contains(server)))
                    continue;
                if (home.TryGetValue(client, out var own))
                    joins.Add((own, server));
                else
                    joins.AddRange(zones.Where(zone => zone.Value.Contains(client)).Select(zone => (zone.Key, server)));
            }
        }
        foreach (var (zone, server) in joins)
            zones[zone].Add(server);
        return zones;
    }

    private static void JoinOutside(IEnumerable<ZoneEdge> edges, Dictionary<int, HashSet<Peer>> zones)
    {
        var workloads = zones.ToDictionary(zone => zone.Key, zone => zone.Value.ToHashSet());
        foreach (var edge in edges)
        {
            foreach (var (inside, outside) in (ReadOnlySpan<(Peer, Peer)>)[(edge.Client, edge.Server), (edge.Server, edge.Client)])
            {
                if (inside.Kind != PeerKind.Workload || outside.Kind is not (PeerKind.Name or PeerKind.Range))
                    continue;
                foreach (var (id, members) in workloads)
                {
                    if (members.Contains(inside))
                        zones[id].Add(outside);
                }
            }
        }
    }

    private static ImmutableArray<Zone> Describe(
        IReadOnlyCollection<ZoneEdge> edges, ConversationGraph graph, Dictionary<Peer, int> home, HashSet<Peer> shared,
        Dictionary<int, HashSet<Peer>> zones)
    {
        var memberships = zones.Values.SelectMany(zone => zone).CountBy(peer => peer).ToDictionary();
        var talk = edges.Where(edge => edge.Client != edge.Server)
            .SelectMany(edge => (IEnumerable<(Peer Peer, ZoneEdge Edge)>)[(edge.Client, edge), (edge.Server, edge)])
            .ToLookup(pair => pair.Peer, pair => pair.Edge);
        var described = zones
            .Select(zone =>
            {
                var core = zone.Value.Where(peer => home.TryGetValue(peer, out var id) && id == zone.Key).ToList();
                var firm = core.Where(peer => !shared.Contains(peer)).ToList();
                var (name, isProject) = ZoneNaming.Propose(firm.Count > 0 ? firm : core, graph, talk);
                var members = zone.Value.Order()
                    .Select(peer => new ZoneMember(peer, memberships[peer] > 1, Reason(peer, zone.Value, isProject ? name : "", graph, talk)))
                    .ToImmutableArray();
                return (Zone: new Zone(name, members), IsProject: isProject, First: core.Min());
            })
            .OrderByDescending(zone => zone.IsProject)
            .ThenBy(zone => zone.Zone.Name, StringComparer.Ordinal)
            .ThenBy(zone => zone.First)
            .Select(zone => zone.Zone);
        return ZoneNaming.MakeUnique(described);
    }

    private static string Reason(
        Peer peer, HashSet<Peer> zone, string project, ConversationGraph graph, ILookup<Peer, ZoneEdge> talk)
    {
        var parts = new List<string>();
        if (project.Length > 0 && graph.ProjectOf(peer) == project)
            parts.Add($"same compose project {project}");
        var partners = talk[peer]
            .Select(edge => (Partner: edge.Client == peer ? edge.Server : edge.Client, edge.Port))
            .Where(pair => zone.Contains(pair.Partner))
            .Distinct()
            .GroupBy(pair => pair.Partner, pair => pair.Port)
            .OrderBy(partner => partner.Key)
            .ToList();
        parts.AddRange(partners.Take(MaximumNamed)
            .Select((partner, index) =>
                $"{(index == 0 ? "talks with " : "")}{partner.Key} on {string.Join(", ", partner.Order().Take(MaximumNamed))}"));
        if (partners.Count > MaximumNamed)
            parts.Add(FormattableString.Invariant($"{partners.Count - MaximumNamed} more"));
        return parts.Count > 0 ? string.Join("; ", parts) : "talks with no other workload or service";
    }
}
