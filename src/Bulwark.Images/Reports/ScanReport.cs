using System.Collections.Immutable;
using Bulwark.Images.Advisories;
using Bulwark.Images.Executables;
using Bulwark.Images.Malware.Engines;
using Bulwark.Images.Scanning;

namespace Bulwark.Images.Reports;

/// <summary>A scan as JSON. This is an interface: a change of a field is a change of the interface.</summary>
public sealed record ScanReport(
    int Version, string Image, string Id, string Origin, DateTimeOffset ScannedAt, string System, string Ecosystem, string Architecture,
    ImmutableArray<ScannedLayer> Layers, ImmutableArray<BaseImage> Bases, string ClaimedBase, GateReport Gate, ImmutableArray<FindingReport> Findings, ImmutableArray<CannotTellReport> CannotTell,
    ImmutableArray<AdvisorySource> Advisories, ImmutableArray<UsedEngine> Engines, ImmutableArray<PackageReport> Packages)
{
    public const int CurrentVersion = 1;

    /// <summary>Null if they were not asked for.</summary>
    public ImageExecutables? Executables { get; init; }

    public static ScanReport Of(ScanResult result, Gate.GateVerdict verdict) => new(
        CurrentVersion, result.Name, result.Id, result.Origin, result.ScannedAt, result.Distribution?.Name ?? "",
        result.Distribution?.Ecosystem ?? "", result.Architecture, result.Layers, result.Bases, result.ClaimedBase, new(verdict.Passes, verdict.CouldTell, verdict.Reasons),
        [.. result.Findings.Select(finding => FindingReport.Of(finding, result))],
        [.. result.CannotTell.Select(doubt => new CannotTellReport(doubt.Kind, doubt.Subject, doubt.Reason, doubt.IsGrave, doubt.Layer, doubt.Hint))],
        result.Advisories, result.Engines, [.. result.Packages.Select(package => PackageReport.Of(package, result.Distribution))])
    {
        Executables = result.Executables,
    };
}
