using Bulwark.Images.Archives;

namespace Bulwark.Images.Scanning;

/// <summary>How to scan.</summary>
public sealed record ScanOptions
{
    public ArchiveLimits Limits { get; init; } = new();

    /// <summary>How old advisories may be before they count as stale; null if any age will do.</summary>
    public TimeSpan? LongestAge { get; init; }
}
