using System.Collections.Immutable;

namespace Bulwark.Model.Observations;

/// <summary>How an agent is: what <c>bulwark status</c> shows of it.</summary>
public sealed record AgentStatus
{
    public string Version { get; init; } = "";
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>Runtimes that it listens to, for example <c>unix:///var/run/docker.sock</c>, each with an error or empty.</summary>
    public ImmutableArray<RuntimeStatus> Runtimes { get; init; } = [];

    /// <summary>Kernel programs, each with where it is attached.</summary>
    public ImmutableArray<ProgramStatus> Programs { get; init; } = [];

    /// <summary>Kernel tables with their fill.</summary>
    public ImmutableArray<TableStatus> Tables { get; init; } = [];

    /// <summary>Counters of the kernel programs by name (packets, blocked, lost events, …).</summary>
    public ImmutableSortedDictionary<string, long> Counters { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    /// <summary>Interfaces watched.</summary>
    public int Interfaces { get; init; }

    /// <summary>Things that a person should know, each a sentence with a remedy.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}

/// <summary>A container runtime that the agent listens to.</summary>
public sealed record RuntimeStatus(string Address, bool Connected, string Error);

/// <summary>A kernel program and the number of places that it is attached to.</summary>
public sealed record ProgramStatus(string Name, int Attached);

/// <summary>A kernel table, its entries and how many fit.</summary>
public sealed record TableStatus(string Name, long Entries, long Capacity);
