using System.Collections.Immutable;
using Bulwark.Model.Profiles;
using Bulwark.Model.Workloads;

namespace Bulwark.Server.Engine;

/// <summary>A workload as the server knows it now.</summary>
public sealed record WorkloadState(Workload Workload, Profile Profile)
{
    /// <summary>Its running containers by id.</summary>
    public ImmutableSortedDictionary<string, Container> Containers { get; init; } =
        ImmutableSortedDictionary.Create<string, Container>(StringComparer.Ordinal);

    /// <summary>Attempts outside the profile that were blocked.</summary>
    public long Blocked { get; init; }

    /// <summary>Attempts outside the profile that passed in audit.</summary>
    public long WouldBlock { get; init; }

    /// <summary>When an attempt was last judged as one that would be blocked.</summary>
    public DateTimeOffset? LastWouldBlock { get; init; }
}
