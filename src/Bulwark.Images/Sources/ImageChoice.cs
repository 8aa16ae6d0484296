namespace Bulwark.Images.Sources;

/// <summary>Which image of a place that may hold several.</summary>
/// <param name="Place">The place, for messages.</param>
/// <param name="Tag">A name and tag as the place lists them, or empty for the only one.</param>
/// <param name="Platform">For an image that is there for several; null means this machine's.</param>
public sealed record ImageChoice(string Place, string Tag = "", Platform? Platform = null)
{
    private const string DefaultRegistry = "docker.io/library/";

    /// <summary>Whether a listed name is the one that was asked for, however much of it was written out.</summary>
    internal bool Names(string listed) => Short(listed) == Short(Tag) || Short(listed) == $"{Short(Tag)}:latest";

    private static string Short(string name) => name.StartsWith(DefaultRegistry, StringComparison.Ordinal) ? name[DefaultRegistry.Length..] : name;
}
