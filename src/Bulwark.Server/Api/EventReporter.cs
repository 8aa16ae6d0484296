using System.Globalization;
using Bulwark.Model;
using Bulwark.Model.Enforcement;
using Bulwark.Model.Executables;
using Bulwark.Model.Observations;
using Bulwark.Model.Profiles;
using Bulwark.Server.Api.Contracts;
using Bulwark.Server.Engine;

namespace Bulwark.Server.Api;

/// <summary>Explains events.</summary>
internal static class EventReporter
{
    public static RequestException Unknown(long id) => new(404, "Unknown event",
        string.Create(CultureInfo.InvariantCulture, $"There is no event {id}; only the newest are kept."), "bulwark events");

    /// <summary>What was judged, read back from the event; null if the event is no verdict.</summary>
    public static Attempt? Attempt(EventReport report)
    {
        if (report.Verdict is not { } verdict || !Peer.TryParse(report.Peer, out var peer) || !ServerPort.TryParse(report.Port, out var port)
            || !Enum.TryParse<Direction>(report.Direction, ignoreCase: true, out var direction)
            || !Enum.TryParse<VerdictReason>(report.Reason, ignoreCase: true, out var reason))
            return null;
        return new(verdict, reason, report.Workload, new(direction, peer, port))
        {
            Executable = report.Executable,
            Origin = ExecutableOrigin.Read(report.ExecutableOrigin, report.Package, report.PackageVersion),
            Container = report.Container,
            Address = report.Address,
            ProcessId = report.ProcessId,
            Attempts = report.Attempts,
        };
    }

    public static ExplainReport Explain(EventReport report, ServerState state)
    {
        var workload = state.Workloads.Values.FirstOrDefault(w => w.Workload.Name == report.Workload);
        if (Attempt(report) is not { } attempt || workload is null)
            return new(report, [report.Message], [], report.Hint);
        var explanation = Explainer.Explain(attempt, workload.Profile);
        var paragraphs = explanation.Paragraphs;
        var hint = explanation.Hint;
        if (attempt.Reason == VerdictReason.Executable)
        {
            var isAllowed = attempt.IsBind
                ? ProfileLookup.Binders(workload.Profile, attempt.Key.Port)?.Contains(attempt.Executable) ?? true
                : ProfileLookup.Cover(workload.Profile, attempt.Key) is { } now && (!now.OnlyExecutables || now.Executables.Contains(attempt.Executable));
            return isAllowed
                ? new(report, paragraphs.Add("By now the profile allows it."), [], "")
                : new(report, paragraphs, [], hint);
        }
        if (attempt.Reason != VerdictReason.NotInProfile)
            return new(report, paragraphs, [.. explanation.Nearest.Select(WorkloadReporter.Entry)], hint);
        var entry = ProfileLookup.Cover(workload.Profile, attempt.Key);
        if (entry is not null)
            paragraphs = paragraphs.Add($"By now the profile allows it, by the entry {entry.Key}.");
        if (BothEnds.Other(state, workload.Workload, attempt.Key) is var (other, otherKey) && BothEnds.IsMissing(other.Profile, otherKey))
            paragraphs = paragraphs.Add($"{BothEnds.Why(other)} There is none at {other.Workload.Name}; allowing it adds what is missing.");
        else if (entry is not null)
            hint = "";
        return new(report, paragraphs, [.. explanation.Nearest.Select(WorkloadReporter.Entry)], hint);
    }
}
