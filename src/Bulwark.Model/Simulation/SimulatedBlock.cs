using Bulwark.Model.Profiles;

namespace Bulwark.Model.Simulation;

/// <summary>A recorded conversation that the profiles would have blocked.</summary>
/// <param name="FirstSeen">The first bucket in which it was recorded.</param>
/// <param name="LastSeen">The last bucket in which it was recorded.</param>
/// <param name="Reason">Why, as a phrase without a full stop.</param>
public sealed record SimulatedBlock(
    string Workload, ProfileKey Key, long Connections, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, string Reason);
