using System.Collections.Immutable;
using Bulwark.Images.Layers;
using Bulwark.Images.Running;

namespace Bulwark.Images;

/// <summary>An image, read: its configuration and what was kept of its layers.</summary>
/// <param name="Name">What it was asked for by, or a name that it carries.</param>
/// <param name="Id">Digest of its configuration; empty for a directory.</param>
/// <param name="Layers">The lowest first.</param>
public sealed record Image(string Name, string Id, ImageConfiguration? Configuration, ImmutableArray<Layer> Layers)
{
    /// <summary>Where it was read from, for people: <c>docker save archive</c>, <c>directory</c>.</summary>
    public string Origin { get; init; } = "";

    /// <summary>The images that it was built on, as far as they are known; the lowest first.</summary>
    public ImmutableArray<BaseImage> Bases { get; init; } = [];

    /// <summary>
    /// The image that it says it was built on (<c>org.opencontainers.image.base.name</c>, as a label or as an annotation of its manifest); empty
    /// if it does not say. Which layers are that one's it does not tell.
    /// </summary>
    public string ClaimedBase { get; init; } = "";

    /// <summary>What runs in it; null where nothing does, or nobody can see it.</summary>
    public RunningFiles? Running { get; init; }

    /// <summary>What reading it left open.</summary>
    public ImmutableArray<CannotTell> Doubts { get; init; } = [];

    /// <summary>The history line that made a layer; empty if the history does not say.</summary>
    public string HistoryOf(int layer)
    {
        if (Configuration is null)
            return "";
        var making = Configuration.History.Where(step => step.MakesLayer).ToList();
        // A history that does not count as many layers as there are would put blame in the wrong place.
        return making.Count == Layers.Length ? making[layer].Command : "";
    }
}
