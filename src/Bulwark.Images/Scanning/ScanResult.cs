using System.Collections.Immutable;
using Bulwark.Images.Advisories;
using Bulwark.Images.Executables;
using Bulwark.Images.Findings;
using Bulwark.Images.Malware.Engines;
using Bulwark.Images.Packages;

namespace Bulwark.Images.Scanning;

/// <summary>What a scan of an image found out, and what it could not.</summary>
public sealed record ScanResult
{
    /// <summary>The image as it was asked for.</summary>
    public required string Name { get; init; }

    /// <summary>Digest of its configuration; empty for a directory.</summary>
    public required string Id { get; init; }

    /// <summary>Where it was read from, for people.</summary>
    public required string Origin { get; init; }

    public required DateTimeOffset ScannedAt { get; init; }

    public Distribution? Distribution { get; init; }

    public string Architecture { get; init; } = "";

    /// <summary>The lowest first.</summary>
    public ImmutableArray<ScannedLayer> Layers { get; init; } = [];

    /// <summary>The images that it was built on, as far as they are known; the lowest first.</summary>
    public ImmutableArray<BaseImage> Bases { get; init; } = [];

    /// <summary>The image that it says it was built on, without telling which layers are that one's; empty if it does not say.</summary>
    public string ClaimedBase { get; init; } = "";

    public ImmutableArray<InstalledPackage> Packages { get; init; } = [];

    /// <summary>The most urgent first.</summary>
    public ImmutableArray<Finding> Findings { get; init; } = [];

    /// <summary>The grave ones first.</summary>
    public ImmutableArray<CannotTell> CannotTell { get; init; } = [];

    /// <summary>Sources of the advisories that it was judged by.</summary>
    public ImmutableArray<AdvisorySource> Advisories { get; init; } = [];

    /// <summary>Engines that looked for malware, besides Bulwark's own signs.</summary>
    public ImmutableArray<UsedEngine> Engines { get; init; } = [];

    /// <summary>Null if they were not asked for.</summary>
    public ImageExecutables? Executables { get; init; }

    /// <summary>The lowest image that brought a layer; empty for the image's own layers, and where that is not known.</summary>
    public string BaseOf(int? layer) => Bases.FirstOrDefault(found => layer < found.Layers)?.Name ?? "";

    /// <summary>The history line of a layer, or empty.</summary>
    public string HistoryOf(int? layer) => layer is { } index && index < Layers.Length ? Layers[index].History : "";
}
