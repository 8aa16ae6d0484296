using System.Collections.Immutable;

namespace Bulwark.Images;

/// <summary>What an image says about how it is run and how it was made.</summary>
public sealed record ImageConfiguration
{
    public string Architecture { get; init; } = "";
    public string OperatingSystem { get; init; } = "";

    /// <summary>When it was made, as it says itself; null if it does not.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>User that its processes run as: name or number, with an optional group after ':'. Empty means root.</summary>
    public string User { get; init; } = "";

    /// <summary>Environment, each <c>NAME=value</c>.</summary>
    public ImmutableArray<string> Environment { get; init; } = [];

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether it says how to see that it is well.</summary>
    public bool HasHealthCheck { get; init; }

    /// <summary>Whether it says what to run.</summary>
    public bool HasCommand { get; init; }

    /// <summary>The steps that made it, the oldest first.</summary>
    public ImmutableArray<HistoryStep> History { get; init; } = [];

    /// <summary>Digests of the unpacked layers, the lowest first.</summary>
    public ImmutableArray<string> DiffIds { get; init; } = [];
}
