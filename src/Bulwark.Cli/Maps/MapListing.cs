using Bulwark.Cli.Output;
using Bulwark.Model;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Maps;

/// <summary>The map as a table: who talks to whom, zone by zone.</summary>
internal static class MapListing
{
    public static void Write(MapReport map, Screen screen)
    {
        // Groups are for eyes; a program that reads a pipe wants the zone in every row.
        var grouped = screen.IsTerminal;
        Column[] columns =
        [
            new("CLIENT"), new(""), new("SERVER"), new("PORT"), new("PROTOCOL"), new("OPENED", Right: true), new("SENT", Right: true),
            new("RECEIVED", Right: true), new("LAST", Right: true), new("VERDICT"),
        ];
        var listing = new Listing(grouped ? columns : [new("ZONE"), .. columns]);
        foreach (var (zone, conversations) in ZoneGroups.Of(map))
        {
            if (grouped)
                listing.Group(Heading(zone, map, conversations));
            foreach (var conversation in conversations)
            {
                var row = Row(conversation, screen.Clock);
                listing.Row(grouped ? row : [Cell.OrDash(zone?.Name), .. row]);
            }
        }
        listing.WriteTo(screen);
        if (listing.IsEmpty)
            screen.Note("Nobody has talked to anybody yet.");
    }

    /// <summary>The protocol, with the ports that its server announced: <c>ftp, data on 30000-30009/tcp</c>.</summary>
    public static Cell Protocol(string protocol, string dataPorts) => Cell.OrDash(dataPorts.Length > 0 ? $"{protocol}, data on {dataPorts}" : protocol);

    private static Cell[] Heading(ZoneReport? zone, MapReport map, IReadOnlyCollection<ConversationReport> conversations)
    {
        if (zone is null)
            return [Cell.Strong("between zones"), Cell.Faint("  " + Words.Count(conversations.Count, "conversation"))];
        var kinds = map.Peers.ToDictionary(peer => peer.Peer, peer => peer, StringComparer.Ordinal);
        var members = zone.Members.Select(member => kinds.GetValueOrDefault(member.Peer)).OfType<PeerReport>().ToList();
        var workloads = members.Where(peer => peer.Kind == "workload").ToList();
        var outside = zone.Members.Length - workloads.Count;
        var modes = workloads.GroupBy(peer => peer.Mode).Where(group => group.Key is not null).OrderByDescending(group => group.Key)
            .Select(group => $"{group.Count()} in {Words.Of(group.Key!.Value)}").ToList();
        return
        [
            Cell.Strong(zone.Name),
            Cell.Faint($"  {Words.Count(workloads.Count, "workload")}{(modes.Count > 0 ? $" ({string.Join(", ", modes)})" : "")}"
                + (outside > 0 ? $", {outside} outside" : "")),
        ];
    }

    private static Cell[] Row(ConversationReport conversation, TimeProvider clock) =>
    [
        conversation.Client, new("->", conversation.Verdict == Verdict.Allowed ? Tone.Faint : Cell.Of(conversation.Verdict).Tone),
        conversation.Server, conversation.Port, Protocol(conversation.Protocol, conversation.DataPorts), Cell.Count(conversation.Connections),
        Words.Bytes(conversation.BytesToServer), Words.Bytes(conversation.BytesToClient),
        Cell.Faint(Words.Ago(conversation.LastSeen, clock)), Cell.Of(conversation.Verdict),
    ];
}
