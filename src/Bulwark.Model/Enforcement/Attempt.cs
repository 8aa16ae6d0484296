using Bulwark.Model.Executables;
using Bulwark.Model.Observations;
using Bulwark.Model.Profiles;

namespace Bulwark.Model.Enforcement;

/// <summary>
/// A judged attempt with names in place of the kernel's numbers: what <see cref="AttemptJudged"/> is once its identities are resolved.
/// </summary>
/// <param name="Workload">The workload that was judged.</param>
/// <param name="Key">What it, or its peer, tried.</param>
public sealed record Attempt(Verdict Verdict, VerdictReason Reason, string Workload, ProfileKey Key)
{
    /// <summary>The executable at the workload's end, as a path inside the container; empty if unknown.</summary>
    public string Executable { get; init; } = "";

    /// <summary>Where that executable is from.</summary>
    public ExecutableOrigin Origin { get; init; } = ExecutableOrigin.Unknown;

    /// <summary>The container's name; empty if unknown.</summary>
    public string Container { get; init; } = "";

    /// <summary>The peer's address as text; empty if unknown.</summary>
    public string Address { get; init; } = "";

    /// <summary>Process id in the agent's process namespace; 0 if unknown.</summary>
    public int ProcessId { get; init; }

    /// <summary>Whether it is no conversation, but an executable that bound a port on which peers reach the workload.</summary>
    public bool IsBind => Reason == VerdictReason.Executable && Key.Direction == Direction.In;

    /// <summary>How many equal attempts this stands for, at least 1.</summary>
    public long Attempts { get; init; } = 1;
}
