using Bulwark.Model.Workloads;

namespace Bulwark.Server.Store;

/// <summary>A workload as it is stored.</summary>
/// <param name="Blocked">Attempts that were blocked since it is known.</param>
/// <param name="WouldBlock">Attempts that would have been blocked.</param>
public sealed record StoredWorkload(Workload Workload, long Blocked, long WouldBlock);
