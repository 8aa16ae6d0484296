using Bulwark.Model.Profiles;

namespace Bulwark.Model.Simulation;

/// <summary>A row of recorded activity: one conversation of one workload in one span of time.</summary>
/// <param name="Bucket">Start of the span.</param>
/// <param name="Connections">Completed handshakes or answered exchanges in it.</param>
public sealed record Activity(string Workload, ProfileKey Key, DateTimeOffset Bucket, long Connections);
