using System.Collections.Immutable;
using Bulwark.Model.Privileges;
using Bulwark.Model.Workloads;

namespace Bulwark.Server.Authorization;

/// <summary>What one workload asks for, or has done to it, in a call.</summary>
/// <param name="Container">The container that is to be made or is there; it says which workload.</param>
/// <param name="Wanted">What it asks for.</param>
/// <param name="StartsImage">Whether an image is to start, so that the image is judged too.</param>
internal sealed record Demand(Container Container, ImmutableArray<Privilege> Wanted, bool StartsImage);
