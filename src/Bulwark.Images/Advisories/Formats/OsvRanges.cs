using System.Collections.Immutable;
using Bulwark.Images.Versions;

namespace Bulwark.Images.Advisories.Formats;

/// <summary>Makes ranges out of an OSV record's events, which may stand in any order.</summary>
internal static class OsvRanges
{
    private const string Beginning = "0";

    public static ImmutableArray<VersionRange> Of(IEnumerable<OsvRangeJson> ranges, VersionOrdering ordering) =>
        [.. ranges.Where(range => range?.Type is "SEMVER" or "ECOSYSTEM").SelectMany(range => Of(range.Events ?? [], ordering))];

    private static IEnumerable<VersionRange> Of(OsvEventJson[] events, VersionOrdering ordering)
    {
        string? open = null;
        foreach (var item in Sorted(events, ordering))
        {
            if (item.Introduced is { } introduced)
                open ??= introduced == Beginning ? "" : introduced;
            else if (open is not null && (item.Fixed ?? item.LastAffected) is not null)
            {
                yield return new(open, item.Fixed ?? "", item.Fixed is null ? item.LastAffected! : "");
                open = null;
            }
        }
        if (open is not null)
            yield return new(open, "", "");
    }

    private static List<OsvEventJson> Sorted(OsvEventJson[] events, VersionOrdering ordering)
    {
        var usable = events.Where(item => item is { Introduced: not null } or { Fixed: not null } or { LastAffected: not null }).ToList();
        // Versions that cannot be ordered stand as they were written.
        if (usable.TrueForAll(item => VersionOf(item) == Beginning || ordering.IsValid(VersionOf(item))))
            usable.Sort((left, right) => Compare(left, right, ordering));
        return usable;
    }

    private static int Compare(OsvEventJson left, OsvEventJson right, VersionOrdering ordering)
    {
        var (a, b) = (VersionOf(left), VersionOf(right));
        if (a == Beginning || b == Beginning)
            return (b == Beginning).CompareTo(a == Beginning);
        var order = ordering.Compare(a, b)!.Value;
        // At one version: what ends there ends before the next begins, but a last one includes it.
        return order != 0 ? order : Rank(left).CompareTo(Rank(right));
    }

    private static string VersionOf(OsvEventJson item) => item.Introduced ?? item.Fixed ?? item.LastAffected!;

    private static int Rank(OsvEventJson item) => item switch
    {
        { Fixed: not null } => 0,
        { Introduced: not null } => 1,
        _ => 2,
    };
}
