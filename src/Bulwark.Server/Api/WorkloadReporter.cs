using System.Collections.Immutable;
using Bulwark.Model.Learning;
using Bulwark.Model.Profiles;
using Bulwark.Server.Api.Contracts;
using Bulwark.Server.Engine;
using Bulwark.Server.Images;

namespace Bulwark.Server.Api;

/// <summary>Reports on workloads and their profiles.</summary>
internal static class WorkloadReporter
{
    public static ImmutableArray<WorkloadReport> All(ServerState state, LearningThresholds thresholds, DateTimeOffset now, ImageScans images) =>
        Some(state, state.Workloads.Values, thresholds, now, images);

    public static ImmutableArray<WorkloadReport> Some(
        ServerState state, IEnumerable<WorkloadState> workloads, LearningThresholds thresholds, DateTimeOffset now, ImageScans images)
    {
        var zones = MapReporter.Zones(state)
            .SelectMany(z => z.Members.Select(m => (m.Peer, z.Name)))
            .ToLookup(m => m.Peer, m => m.Name, StringComparer.Ordinal);
        return
        [
            .. workloads.OrderBy(w => w.Workload.Name, StringComparer.Ordinal).Select(w => Report(w, zones[w.Workload.Name], thresholds, now, images)),
        ];
    }

    public static ProfileReport Profile(ServerState state, WorkloadState workload, LearningThresholds thresholds, DateTimeOffset now, ImageScans images, ExecutableOrigins origins) => new(
        Some(state, [workload], thresholds, now, images)[0],
        [.. workload.Profile.Entries.Values.OrderBy(e => e.Key).Select(Entry)],
        [
            .. workload.Profile.Privileges.Values.Select(p => new PrivilegeReport(
                p.Privilege.ToString(), ReportText.CamelCase(p.Origin), p.Privilege.Meaning, p.FirstSeen, p.LastSeen)),
        ])
    {
        Executables = ExecutableReporter.Of(workload, origins),
    };

    public static ProfileEntryReport Entry(ProfileEntry entry) => new(
        entry.Key.Direction, entry.Key.Peer.ToString(), entry.Key.Port.ToString(), entry.Protocol, ReportText.CamelCase(entry.Origin),
        [.. entry.Executables], entry.OnlyExecutables, [.. entry.ServerNames], entry.Connections, entry.BytesSent, entry.BytesReceived, entry.FirstSeen,
        entry.LastSeen)
    {
        DataPorts = entry.DataPorts?.ToString() ?? "",
        DataConnections = entry.DataPorts?.Connections ?? 0,
    };

    private static WorkloadReport Report(
        WorkloadState state, IEnumerable<string> zones, LearningThresholds thresholds, DateTimeOffset now, ImageScans images)
    {
        var (workload, profile) = state;
        var learning = Learner.Assess(profile, thresholds, now);
        return new(
            workload.Name, workload.Identity.Value, ReportText.CamelCase(workload.Kind), workload.Project, workload.Image,
            [
                .. state.Containers.Values.OrderBy(c => c.Name, StringComparer.Ordinal).Select(c => new ContainerReport(
                    c.Id, c.Name, c.Image, [.. c.Networks.SelectMany(n => n.Addresses).Select(a => a.ToString())], c.StartedAt)),
            ],
            profile.Mode, profile.ModeIsPinned, profile.ModeSince, learning.Learnt, learning.Confidence, learning.WaitsFor,
            profile.Entries.Values.Count(e => e.IsAllowed), state.Blocked, state.WouldBlock, [.. zones.Order(StringComparer.Ordinal)],
            FindingsReporter.Report(state, images, now));
    }
}
