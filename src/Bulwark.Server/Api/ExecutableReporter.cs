using System.Collections.Immutable;
using Bulwark.Model.Executables;
using Bulwark.Server.Api.Contracts;
using Bulwark.Server.Engine;
using Bulwark.Server.Images;

namespace Bulwark.Server.Api;

/// <summary>Reports where executables are from.</summary>
internal static class ExecutableReporter
{
    /// <summary>The kind, as the API writes it; empty if it is not known.</summary>
    public static string Word(ExecutableOrigin origin) => origin.Kind == OriginKind.Unknown ? "" : ReportText.CamelCase(origin.Kind);

    /// <summary>The executables in a workload's profile whose origin is known, each once.</summary>
    public static ImmutableArray<ExecutableReport> Of(WorkloadState workload, ExecutableOrigins origins) =>
    [
        .. workload.Profile.Entries.Values.SelectMany(entry => entry.Executables).Concat(workload.Profile.Drifted).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).Select(path => (Path: path, Origin: OriginOf(workload, path, origins)))
            .Where(found => found.Origin.Kind != OriginKind.Unknown)
            .Select(found => new ExecutableReport(found.Path, Word(found.Origin), found.Origin.Package, found.Origin.Version)),
    ];

    // Of images one after the other a later one may not have a program any more: that it is not there is no drift, but where it was seen to run.
    private static ExecutableOrigin OriginOf(WorkloadState workload, string path, ExecutableOrigins origins)
    {
        var known = workload.Containers.Values.OrderByDescending(container => container.StartedAt).Select(container => origins.Find(container, path))
            .FirstOrDefault(origin => origin.Kind is not (OriginKind.Unknown or OriginKind.Drift), ExecutableOrigin.Unknown);
        if (!workload.Profile.Drifted.Contains(path))
            return known;
        // What the image does have was changed in one of its containers.
        return new(known.Kind is OriginKind.Package or OriginKind.Image or OriginKind.Changed ? OriginKind.Changed : OriginKind.Drift, "", "");
    }
}
