using System.Collections.Immutable;
using Bulwark.Model.Profiles;
using Bulwark.Model.Workloads;

namespace Bulwark.Server.Engine;

/// <summary>What a person's word changed in the profile of a workload.</summary>
/// <param name="Why">Why this one changed too, if it was not the workload that the person named; else empty.</param>
internal sealed record ProfileChange(Workload Workload, ImmutableArray<ProfileKey> Added, ImmutableArray<ProfileKey> Removed, string Why);
