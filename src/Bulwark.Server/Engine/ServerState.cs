using System.Collections.Immutable;
using Bulwark.Model;

namespace Bulwark.Server.Engine;

/// <summary>Everything that readers see, at one moment. Immutable; the engine publishes a new one after each batch.</summary>
public sealed record ServerState
{
    public DateTimeOffset StartedAt { get; init; }

    public ImmutableDictionary<Identity, WorkloadState> Workloads { get; init; } = ImmutableDictionary<Identity, WorkloadState>.Empty;

    /// <summary>Addresses that DNS gave for names outside.</summary>
    public ImmutableDictionary<Peer, ImmutableArray<string>> Addresses { get; init; } =
        ImmutableDictionary<Peer, ImmutableArray<string>>.Empty;

    /// <summary>Observations lost since the server started: in the kernel, in the agent, or in the server's own queue.</summary>
    public long Lost { get; init; }

    /// <summary>The mode in which workloads start, and stay, by a person's word; null: they start in learn and move on by themselves.</summary>
    public Mode? ModeOfNew { get; init; }

    /// <summary>Things that a person should know about the server, each a sentence with a remedy.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}
