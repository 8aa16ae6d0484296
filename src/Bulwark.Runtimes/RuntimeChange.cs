using Bulwark.Model.Workloads;

namespace Bulwark.Runtimes;

/// <summary>Something that a runtime told. Each one carries the whole present state of its subject, so a repeated one is harmless.</summary>
public abstract record RuntimeChange;

/// <summary>
/// A container is there, as it is now. Before its first process runs it comes with <see cref="Container.IsRunning"/> false and the
/// addresses it has so far; a stopped one comes with none.
/// </summary>
public sealed record ContainerChanged(Container Container) : RuntimeChange;

/// <summary>A container that was told of is gone for good.</summary>
public sealed record ContainerRemoved(string ContainerId) : RuntimeChange;

/// <summary>A network is there, as it is now.</summary>
public sealed record NetworkChanged(RuntimeNetwork Network) : RuntimeChange;

/// <summary>A network that was told of is gone.</summary>
public sealed record NetworkRemoved(string NetworkId) : RuntimeChange;
