using System.Collections.Immutable;

namespace Bulwark.Model.Simulation;

/// <summary>What the profiles would have done to recorded activity.</summary>
/// <param name="Conversations">Distinct conversations, each counted once for every workload that recorded it.</param>
/// <param name="Connections">Connections of all of them.</param>
/// <param name="BlockedConnections">Connections of those that would have been blocked.</param>
/// <param name="Blocked">Those that would have been blocked, sorted by workload and key.</param>
public sealed record SimulationResult(
    long Conversations, long Connections, long BlockedConnections, ImmutableArray<SimulatedBlock> Blocked);
