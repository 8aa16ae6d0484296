using System.Collections.Immutable;

namespace Bulwark.Runtimes.Docker;

/// <summary>A container to make.</summary>
/// <param name="Image">An image that the daemon has.</param>
public sealed record ContainerSpecification(string Image)
{
    /// <summary>Its name; empty lets the daemon choose.</summary>
    public string Name { get; init; } = "";

    /// <summary>Program and arguments; empty for the image's own.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    public ImmutableDictionary<string, string> Environment { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>A network's name, <c>host</c>, <c>none</c> or <c>container:ID</c>; empty for the default bridge.</summary>
    public string Network { get; init; } = "";

    /// <summary>Another name by which the containers of its network find it; empty for none. Not on the default bridge.</summary>
    public string Alias { get; init; } = "";

    public ImmutableArray<PublishedPort> PublishedPorts { get; init; } = [];
}
