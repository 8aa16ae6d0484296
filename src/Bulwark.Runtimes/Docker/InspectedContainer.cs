using Bulwark.Model.Workloads;

namespace Bulwark.Runtimes.Docker;

/// <summary>A container and the one whose network namespace it shares (<c>--network container:X</c>), or empty.</summary>
internal sealed record InspectedContainer(Container Container, string NetworkOwner);
