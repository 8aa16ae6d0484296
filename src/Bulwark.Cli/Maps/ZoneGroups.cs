using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Maps;

/// <summary>Sorts conversations by the zone that both ends are in.</summary>
internal static class ZoneGroups
{
    /// <summary>
    /// Every conversation once: in the first zone of which both ends are members, or in the last group, without a zone.
    /// </summary>
    public static IEnumerable<(ZoneReport? Zone, IReadOnlyList<ConversationReport> Conversations)> Of(MapReport map)
    {
        var left = map.Conversations.OrderBy(conversation => conversation.Client, StringComparer.Ordinal)
            .ThenBy(conversation => conversation.Server, StringComparer.Ordinal)
            .ThenBy(conversation => conversation.Port, StringComparer.Ordinal).ToList();
        foreach (var zone in map.Zones.OrderBy(zone => zone.Name, StringComparer.Ordinal))
        {
            var members = zone.Members.Select(member => member.Peer).ToHashSet(StringComparer.Ordinal);
            var inside = left.Where(one => members.Contains(one.Client) && members.Contains(one.Server)).ToList();
            left.RemoveAll(inside.Contains);
            if (inside.Count > 0)
                yield return (zone, inside);
        }
        if (left.Count > 0)
            yield return (null, left);
    }
}
