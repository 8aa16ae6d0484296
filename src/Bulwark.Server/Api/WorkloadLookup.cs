using System.Collections.Immutable;
using Bulwark.Server.Engine;

namespace Bulwark.Server.Api;

/// <summary>
/// Finds the workload that a person means: by its name, the id or name of one of its containers, or a part of one that fits only one.
/// </summary>
public static class WorkloadLookup
{
    private const int MaximumCandidates = 10;
    private const int ShortestId = 4;

    /// <exception cref="RequestException">404 with near names, or 409 with the candidates.</exception>
    public static WorkloadState Find(ServerState state, string text)
    {
        var all = state.Workloads.Values;
        Func<WorkloadState, bool>[] ways =
        [
            w => w.Workload.Name == text,
            w => w.Containers.Values.Any(c => c.Id == text || c.Name == text),
            w => w.Workload.Name.EndsWith("/" + text, StringComparison.Ordinal) || w.Workload.Name.StartsWith(text + "@", StringComparison.Ordinal),
            w => text.Length >= ShortestId && w.Containers.Keys.Any(id => id.StartsWith(text, StringComparison.OrdinalIgnoreCase)),
            w => w.Workload.Name.StartsWith(text, StringComparison.Ordinal) || w.Workload.Name.EndsWith(text, StringComparison.Ordinal),
        ];
        foreach (var way in ways)
        {
            if (text.Length == 0)
                break;
            var found = all.Where(way).Take(MaximumCandidates + 1).ToList();
            if (found.Count == 1)
                return found[0];
            if (found.Count > 1)
            {
                throw new RequestException(409, "More than one workload fits",
                    $"\"{text}\" fits {string.Join(", ", found.Select(w => w.Workload.Name).Order(StringComparer.Ordinal))}.",
                    "Give the full name of one of them.");
            }
        }
        var near = Near([.. all.Select(w => w.Workload.Name)], text);
        throw new RequestException(404, "Unknown workload", $"There is no workload or container \"{text}\".",
            near.IsEmpty ? "See what there is: bulwark workloads" : $"Did you mean {string.Join(" or ", near)}?");
    }

    private static ImmutableArray<string> Near(ImmutableArray<string> names, string text) =>
    [
        .. names.Select(name => (Name: name, Distance: Math.Min(Distance(name, text), Distance(name[(name.LastIndexOf('/') + 1)..], text))))
            .Where(n => n.Distance <= 2 + text.Length / 4 && n.Distance < text.Length)
            .OrderBy(n => n.Distance).ThenBy(n => n.Name, StringComparer.Ordinal).Take(3).Select(n => n.Name),
    ];

    // Levenshtein's: how many letters must be added, removed or exchanged.
    private static int Distance(string a, string b)
    {
        if (b.Length > 256)
            return int.MaxValue;
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], cost);
            }
        }
        return row[b.Length];
    }
}
