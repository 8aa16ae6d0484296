using System.Collections.Immutable;
using Bulwark.Model.Profiles;

namespace Bulwark.Model.Simulation;

/// <summary>
/// Replays recorded activity against profiles, as if every workload had been in protect. A conversation between two workloads is
/// recorded, and judged, at both ends.
/// </summary>
public static class Simulator
{
    public static SimulationResult Run(IEnumerable<Activity> activity, IReadOnlyDictionary<string, Profile> profiles)
    {
        var conversations = activity
            .GroupBy(row => (row.Workload, row.Key))
            .Select(rows => new SimulatedBlock(
                rows.Key.Workload, rows.Key.Key, rows.Sum(row => row.Connections), rows.Min(row => row.Bucket),
                rows.Max(row => row.Bucket), Reason(profiles.GetValueOrDefault(rows.Key.Workload), rows.Key.Key)))
            .ToList();
        var blocked = conversations
            .Where(conversation => conversation.Reason.Length > 0)
            .OrderBy(block => block.Workload, StringComparer.Ordinal)
            .ThenBy(block => block.Key)
            .ToImmutableArray();
        return new(conversations.Count, conversations.Sum(conversation => conversation.Connections),
            blocked.Sum(block => block.Connections), blocked);
    }

    // Empty if it is allowed.
    private static string Reason(Profile? profile, ProfileKey key)
    {
        if (profile is null)
            return "the workload has no profile";
        if (ProfileLookup.Cover(profile, key) is not null)
            return "";
        return profile.Entries.TryGetValue(key, out var entry) && entry.Origin == EntryOrigin.Refused
            ? $"the entry {key} was refused, and nobody allowed it since"
            : $"no entry {key} in the profile";
    }
}
