using Bulwark.Images.Archives;
using Bulwark.Images.Cache;

namespace Bulwark.Images.Scanning;

/// <summary>How to scan.</summary>
public sealed record ScanOptions
{
    public ArchiveLimits Limits { get; init; } = new();

    /// <summary>Layers that were read before; null to read all of them.</summary>
    public LayerCache? Cache { get; init; }

    /// <summary>How old advisories may be before they count as stale; null if any age will do.</summary>
    public TimeSpan? LongestAge { get; init; }
}
