using System.Collections.Immutable;
using Bulwark.Model;
using Bulwark.Model.Profiles;
using Bulwark.Model.Zones;
using Bulwark.Server.Api.Contracts;
using Bulwark.Server.Engine;

namespace Bulwark.Server.Api;

/// <summary>Draws the map: conversations merged from both ends, their peers, and the zones.</summary>
public static class MapReporter
{
    public static MapReport Map(ServerState state)
    {
        var conversations = Conversations(state);
        var zones = Zones(state, conversations);
        var byName = state.Workloads.Values.ToDictionary(w => w.Workload.Peer);
        var peers = conversations.SelectMany(c => new[] { c.Client, c.Server }).Concat(byName.Keys).Distinct().Order();
        return new(
            [.. peers.Select(p => Describe(p, byName.GetValueOrDefault(p), state))],
            [.. conversations.Select(c => c.Report)],
            zones);
    }

    public static ImmutableArray<ZoneReport> Zones(ServerState state) => Zones(state, Conversations(state));

    private static ImmutableArray<ZoneReport> Zones(ServerState state, IEnumerable<Conversation> conversations)
    {
        var edges = conversations.Where(c => c.IsAllowed).Select(c => new ZoneEdge(c.Client, c.Server, c.Port, c.Report.Connections)).ToList();
        var projects = state.Workloads.Values.ToDictionary(w => w.Workload.Peer, w => w.Workload.Project);
        return
        [
            .. ZoneFormer.Form(edges, projects).Select(z =>
                new ZoneReport(z.Name, [.. z.Members.Select(m => new ZoneMemberReport(m.Peer.ToString(), m.Shared, m.Reason))])),
        ];
    }

    private static List<Conversation> Conversations(ServerState state) =>
    [
        .. from workload in state.Workloads.Values
           from entry in workload.Profile.Entries.Values
           let isClient = entry.Key.Direction == Direction.Out
           let client = isClient ? workload.Workload.Peer : entry.Key.Peer
           let server = isClient ? entry.Key.Peer : workload.Workload.Peer
           group new End(isClient, entry, workload.Profile.Mode) by (client, server, entry.Key.Port) into ends
           orderby ends.Key.client, ends.Key.server, ends.Key.Port
           select Merge(ends.Key.client, ends.Key.server, ends.Key.Port, [.. ends]),
    ];

    // Both ends count the same connections and bytes; the larger count is the one that missed less.
    private static Conversation Merge(Peer client, Peer server, ServerPort port, ImmutableArray<End> ends)
    {
        var refused = ends.Where(e => !e.Entry.IsAllowed).ToList();
        var verdict = refused.Count == 0 ? Verdict.Allowed : refused.Max(e => e.Mode == Mode.Protect ? Verdict.Blocked : Verdict.WouldBlock);
        var origin = refused.Count > 0 ? EntryOrigin.Refused : ends.Max(e => e.Entry.Origin);
        // Of the end that saw more.
        var data = ends.Select(e => e.Entry.DataPorts).MaxBy(ports => ports?.Connections ?? 0);
        var report = new ConversationReport(
            client.ToString(), server.ToString(), port.ToString(),
            ends.Select(e => e.Entry.Protocol).FirstOrDefault(p => p.Length > 0) ?? "",
            Union(ends.Where(e => e.IsClient).Select(e => e.Entry.Executables)),
            Union(ends.Where(e => !e.IsClient).Select(e => e.Entry.Executables)),
            Union(ends.Select(e => e.Entry.ServerNames)),
            ends.Max(e => e.Entry.Connections),
            ends.Max(e => e.IsClient ? e.Entry.BytesSent : e.Entry.BytesReceived),
            ends.Max(e => e.IsClient ? e.Entry.BytesReceived : e.Entry.BytesSent),
            ends.Min(e => e.Entry.FirstSeen), ends.Max(e => e.Entry.LastSeen), verdict, ReportText.CamelCase(origin))
        {
            DataPorts = data?.ToString() ?? "",
            DataConnections = data?.Connections ?? 0,
        };
        return new(client, server, port, refused.Count == 0, report);
    }

    private static ImmutableArray<string> Union(IEnumerable<IEnumerable<string>> sets) =>
        [.. sets.SelectMany(s => s).Distinct().Order(StringComparer.Ordinal)];

    private static PeerReport Describe(Peer peer, WorkloadState? workload, ServerState state) => new(
        peer.ToString(), ReportText.CamelCase(peer.Kind), workload?.Profile.Mode, workload?.Containers.Count ?? 0,
        workload is not null
            ? [.. workload.Containers.Values.SelectMany(c => c.Networks).SelectMany(n => n.Addresses).Select(a => a.ToString()).Distinct()]
            : peer.Kind == PeerKind.Range ? [peer.Name] : state.Addresses.GetValueOrDefault(peer, []));

    private readonly record struct End(bool IsClient, ProfileEntry Entry, Mode Mode);

    private sealed record Conversation(Peer Client, Peer Server, ServerPort Port, bool IsAllowed, ConversationReport Report);
}
