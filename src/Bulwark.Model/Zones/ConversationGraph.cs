using System.Collections.Immutable;

namespace Bulwark.Model.Zones;

/// <summary>The workloads, who is client of whom, and the compose projects that they are of. What zones are cut from.</summary>
internal sealed class ConversationGraph
{
    private readonly Dictionary<Peer, SortedSet<Peer>> servers = [];
    private readonly Dictionary<Peer, SortedSet<Peer>> clients = [];
    private readonly IReadOnlyDictionary<Peer, string> projects;

    public ConversationGraph(IEnumerable<ZoneEdge> edges, IReadOnlyDictionary<Peer, string> projects)
    {
        this.projects = projects;
        foreach (var peer in projects.Keys.Where(peer => peer.Kind == PeerKind.Workload))
            Add(peer);
        foreach (var edge in edges)
        {
            foreach (var end in (ReadOnlySpan<Peer>)[edge.Client, edge.Server])
            {
                if (end.Kind == PeerKind.Workload)
                    Add(end);
            }
            if (edge.Client.Kind != PeerKind.Workload || edge.Server.Kind != PeerKind.Workload || edge.Client == edge.Server)
                continue;
            servers[edge.Client].Add(edge.Server);
            clients[edge.Server].Add(edge.Client);
        }
        Workloads = [.. servers.Keys.Order()];
    }

    public ImmutableArray<Peer> Workloads { get; }

    public IReadOnlySet<Peer> ServersOf(Peer peer) => servers[peer];

    public IReadOnlySet<Peer> ClientsOf(Peer peer) => clients[peer];

    public IEnumerable<Peer> NeighboursOf(Peer peer) => servers[peer].Union(clients[peer]);

    /// <summary>The compose project, or empty.</summary>
    public string ProjectOf(Peer peer) => projects.GetValueOrDefault(peer) ?? "";

    /// <summary>The connected components of <paramref name="nodes"/>, by the conversations among them.</summary>
    public Dictionary<Peer, int> Components(IReadOnlySet<Peer> nodes)
    {
        var component = new Dictionary<Peer, int>();
        var next = 0;
        var stack = new Stack<Peer>();
        foreach (var start in nodes.Order())
        {
            if (!component.TryAdd(start, next))
                continue;
            stack.Push(start);
            while (stack.TryPop(out var node))
            {
                foreach (var neighbour in NeighboursOf(node))
                {
                    if (nodes.Contains(neighbour) && component.TryAdd(neighbour, next))
                        stack.Push(neighbour);
                }
            }
            next++;
        }
        return component;
    }

    private void Add(Peer peer)
    {
        servers.TryAdd(peer, []);
        clients.TryAdd(peer, []);
    }
}
