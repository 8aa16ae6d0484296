using Bulwark.Model;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Server.Store;

/// <summary>Which events someone wants: those that match all that is given.</summary>
public sealed record EventQuery
{
    public DateTimeOffset? Since { get; init; }
    public Verdict? Verdict { get; init; }

    /// <summary>The workload's full name.</summary>
    public string? Workload { get; init; }

    public bool Matches(EventReport report) =>
        (Since is null || report.Time >= Since) && (Verdict is null || report.Verdict == Verdict)
        && (Workload is null || report.Workload == Workload);
}
