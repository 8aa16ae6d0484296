using Bulwark.Model.Profiles;
using Bulwark.Model.Workloads;

namespace Bulwark.Model.Export;

/// <summary>A workload to write a policy for, with its profile.</summary>
public sealed record ExportedWorkload(Workload Workload, Profile Profile);
