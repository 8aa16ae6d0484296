namespace Bulwark.Model.Zones;

/// <summary>
/// Finds workloads without a compose project that serve, or call, several applications. Shared services sit at the rim of an
/// application's calls: a proxy at the top, a database at the bottom. So the rim is peeled off layer by layer, and then put back from
/// the inside: what touches fewer than two applications belongs to one of them, the rest is shared.
/// </summary>
internal static class SharedServices
{
    public static HashSet<Peer> Find(ConversationGraph graph)
    {
        var loose = graph.Workloads.Where(peer => graph.ProjectOf(peer).Length == 0).ToHashSet();
        var leaves = Leaves(graph, loose);
        var rest = loose.Except(leaves).ToHashSet();
        var layers = new Stack<List<Peer>>();
        while (true)
        {
            var rim = rest.Where(peer => IsRim(graph, peer, rest)).ToList();
            if (rim.Count == 0)
                break;
            rest.ExceptWith(rim);
            layers.Push(rim);
        }

        var shared = new HashSet<Peer>();
        while (layers.TryPop(out var layer))
        {
            // A layer is judged as a whole, so that neither order nor names matter.
            var present = rest.Union(leaves.Where(leaf => graph.NeighboursOf(leaf).All(rest.Contains))).ToHashSet();
            var component = graph.Components(present);
            var sizes = component.Values.CountBy(id => id).ToDictionary();
            foreach (var peer in layer)
            {
                if (Applications(graph, graph.ServersOf(peer), component, sizes) >= 2
                    || Applications(graph, graph.ClientsOf(peer), component, sizes) >= 2)
                    shared.Add(peer);
                else
                    rest.Add(peer);
            }
        }
        return shared;
    }

    // A leaf has one neighbour, which has others: it goes where that goes.
    private static HashSet<Peer> Leaves(ConversationGraph graph, HashSet<Peer> loose) =>
    [
        .. loose.Where(peer => graph.NeighboursOf(peer).Take(2).ToList() is [var only]
            && loose.Contains(only) && graph.NeighboursOf(only).Skip(1).Any()),
    ];

    private static bool IsRim(ConversationGraph graph, Peer peer, HashSet<Peer> rest)
    {
        var servers = graph.ServersOf(peer).Count(Counts);
        var clients = graph.ClientsOf(peer).Count(Counts);
        return (clients == 0 && servers >= 2) || (servers == 0 && clients >= 2);

        bool Counts(Peer other) => rest.Contains(other) || graph.ProjectOf(other).Length > 0;
    }

    // A compose project is an application; without one, at least two workloads that converse are.
    private static int Applications(
        ConversationGraph graph, IEnumerable<Peer> neighbours, Dictionary<Peer, int> component, Dictionary<int, int> sizes)
    {
        var found = new HashSet<string>();
        foreach (var neighbour in neighbours)
        {
            if (graph.ProjectOf(neighbour) is { Length: > 0 } project)
                found.Add("project " + project);
            else if (component.TryGetValue(neighbour, out var id) && sizes[id] >= 2)
                found.Add(FormattableString.Invariant($"component {id}"));
        }
        return found.Count;
    }
}
