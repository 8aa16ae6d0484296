using Bulwark.Model;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Maps;

/// <summary>The map as a drawing needs it: nodes with names that no drawing language misreads, each in one zone at most.</summary>
internal sealed class MapGraph
{
    private readonly Dictionary<string, string> _ids = new(StringComparer.Ordinal);

    public MapGraph(MapReport map)
    {
        var peers = map.Peers.ToDictionary(peer => peer.Peer, peer => peer, StringComparer.Ordinal);
        // Conversations may name a peer that the list of peers, taken a moment before, does not have.
        foreach (var name in map.Conversations.SelectMany(one => new[] { one.Client, one.Server }))
            peers.TryAdd(name, new PeerReport(name, "workload", null, 0, []));
        var zonesOf = map.Zones.SelectMany(zone => zone.Members.Select(member => (zone.Name, member.Peer)))
            .ToLookup(pair => pair.Peer, pair => pair.Name, StringComparer.Ordinal);
        foreach (var peer in peers.Values.OrderBy(peer => peer.Peer, StringComparer.Ordinal))
            _ids[peer.Peer] = $"n{_ids.Count}";
        var nodes = _ids.Keys.Select(name => peers[name]).ToList();
        // A member of several zones stands between them: neither language draws a node in two boxes.
        Zones = [.. map.Zones.OrderBy(zone => zone.Name, StringComparer.Ordinal)
            .Select(zone => (zone.Name, nodes.Where(peer => zonesOf[peer.Peer].SequenceEqual([zone.Name])).ToList()))
            .Where(zone => zone.Item2.Count > 0)];
        Loose = [.. nodes.Where(peer => zonesOf[peer.Peer].Count() != 1)];
        Edges = [.. map.Conversations
            .GroupBy(one => (one.Client, one.Server, one.Verdict))
            .OrderBy(group => group.Key.Client, StringComparer.Ordinal).ThenBy(group => group.Key.Server, StringComparer.Ordinal)
            .ThenBy(group => group.Key.Verdict)
            .Select(group => (_ids[group.Key.Client], _ids[group.Key.Server], group.Key.Verdict,
                string.Join(", ", group.Select(Label).Order(StringComparer.Ordinal))))];
    }

    public IReadOnlyList<(string Name, List<PeerReport> Members)> Zones { get; }

    /// <summary>Members of no zone or of several.</summary>
    public IReadOnlyList<PeerReport> Loose { get; }

    /// <summary>Conversations between the same two peers with the same verdict are one edge.</summary>
    public IReadOnlyList<(string Client, string Server, Verdict Verdict, string Label)> Edges { get; }

    public string Id(PeerReport peer) => _ids[peer.Peer];

    private static string Label(ConversationReport one) => one.Protocol.Length > 0 ? $"{one.Port} {one.Protocol}" : one.Port;
}
