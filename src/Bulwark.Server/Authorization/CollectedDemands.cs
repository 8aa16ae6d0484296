using System.Collections.Immutable;

namespace Bulwark.Server.Authorization;

/// <summary>All that has to be known to judge a call.</summary>
/// <param name="Demands">What is asked for, and for which workload.</param>
internal sealed record CollectedDemands(ImmutableArray<Demand> Demands)
{
    /// <summary>Nothing has to be judged: what it is about is not there, which the daemon will say itself.</summary>
    public static readonly CollectedDemands None = new([]);

    /// <summary>The container that starts; empty if none does.</summary>
    public string StartedContainer { get; init; } = "";

    /// <summary>The image that starts; empty if none does.</summary>
    public string ImageId { get; init; } = "";

    /// <summary>What that image is called.</summary>
    public ImmutableArray<string> ImageNames { get; init; } = [];
}
