using System.Collections.Immutable;
using Bulwark.Images.Archives;
using Bulwark.Images.Cache;
using Bulwark.Images.Jars;
using Bulwark.Images.Malware.Engines;

namespace Bulwark.Images.Scanning;

/// <summary>How to scan.</summary>
public sealed record ScanOptions
{
    public ArchiveLimits Limits { get; init; } = new();

    /// <summary>Layers that were read before; null to read all of them.</summary>
    public LayerCache? Cache { get; init; }

    /// <summary>Names of JARs by their digests; null if there is no such table. Whoever gave it disposes of it.</summary>
    public JarTable? Jars { get; init; }

    /// <summary>Engines that look for malware, besides Bulwark's own signs; whoever gave them disposes of them.</summary>
    public ImmutableArray<IMalwareEngine> Engines { get; init; } = [];

    /// <summary>What was asked for and cannot be done: it is told with the result.</summary>
    public ImmutableArray<CannotTell> Doubts { get; init; } = [];

    /// <summary>Of a running container: files that are known to have been run in it before.</summary>
    public ImmutableArray<string> RanBefore { get; init; } = [];

    /// <summary>Whether to list the image's executable files.</summary>
    public bool ListsExecutables { get; init; }

    /// <summary>How old advisories may be before they count as stale; null if any age will do.</summary>
    public TimeSpan? LongestAge { get; init; }
}
