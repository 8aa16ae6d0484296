using Bulwark.Runtimes.Docker.Authorization;

namespace Bulwark.Server.Authorization;

/// <summary>
/// What Docker daemons say of what a call is about. Methods give null if there is no such thing, and throw
/// <see cref="Runtimes.Docker.DockerException"/> or <see cref="UnreadableCallException"/> if nobody can say.
/// </summary>
public interface IDockerFacts
{
    /// <param name="daemon">The daemon's address; empty for those that the server knows, one after the other.</param>
    Task<ContainerAccount?> ContainerAsync(string daemon, string reference, CancellationToken cancellation);

    /// <summary>The container that an exec belongs to.</summary>
    Task<(string Container, bool IsPrivileged)?> ExecAsync(string daemon, string id, CancellationToken cancellation);

    Task<ImageAccount?> ImageAsync(string daemon, string reference, CancellationToken cancellation);

    /// <summary>What a volume is made of.</summary>
    Task<ContainerDemands?> VolumeAsync(string daemon, string name, CancellationToken cancellation);

    /// <summary>Where a daemon keeps its files; empty if that is not known.</summary>
    Task<string> DataRootAsync(string daemon, CancellationToken cancellation);

    /// <summary>Whether daemons ask before they do what they are told; false too if none answers.</summary>
    Task<bool> AreAskingAsync(CancellationToken cancellation);
}
