using System.Collections.Immutable;

namespace Bulwark.Model.Workloads;

/// <summary>The directories of the host of which overlayfs makes a container's root.</summary>
/// <param name="Upper">What the container itself wrote.</param>
/// <param name="Lower">The layers of its image, the uppermost first.</param>
public sealed record ContainerRoot(string Upper, ImmutableArray<string> Lower);
