using System.Collections.Immutable;

namespace Bulwark.Runtimes.Docker.Authorization;

/// <summary>What a container is to be, as far as it has to be judged: from the body that makes it, or from the daemon's account of it.</summary>
public sealed record ContainerDemands
{
    /// <summary>The image as it was asked for.</summary>
    public string Image { get; init; } = "";

    /// <summary>The entry point that was asked for; the image's counts if there is none.</summary>
    public ImmutableArray<string> Entrypoint { get; init; } = [];

    public bool HasEntrypoint { get; init; }

    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>Those labels by which workloads are told apart.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Privileges by their text.</summary>
    public ImmutableArray<string> Privileges { get; init; } = [];

    /// <summary>What of the host's files it gets.</summary>
    public ImmutableArray<HostPath> Paths { get; init; } = [];

    /// <summary>Volumes by name: what they are, only the daemon knows.</summary>
    public ImmutableArray<string> Volumes { get; init; } = [];

    public ImmutableArray<JoinedContainer> Joins { get; init; } = [];

    /// <summary>The runtime that was asked for; empty for the daemon's default.</summary>
    public string Runtime { get; init; } = "";
}
