using System.Globalization;

namespace Bulwark.Kernel.Attachment;

/// <summary>
/// Under which name a program's link is pinned: <c>link_PROGRAM</c>, or with the kind and number of a place: <c>link_KIND_00000000_PROGRAM</c>.
/// </summary>
/// <param name="Kind">Empty for what is at no place.</param>
/// <param name="Place">See <see cref="Layout.Place"/>; 0 for none.</param>
internal readonly record struct LinkPin(string Path, string Kind, uint Place, string Program)
{
    public const string Interface = "interface";
    public const string ControlGroup = "place";

    private const string Prefix = "link_";

    /// <summary>The path for a program at no place.</summary>
    public static string PathOf(string pinRoot, string program) => System.IO.Path.Combine(pinRoot, Prefix + program);

    /// <summary>The path for a program at a place.</summary>
    public static string PathOf(string pinRoot, string kind, uint place, string program) =>
        PathOf(pinRoot, string.Create(CultureInfo.InvariantCulture, $"{kind}_{place:x8}_{program}"));

    /// <summary>All that are there, those of earlier processes too.</summary>
    public static IEnumerable<LinkPin> In(string pinRoot) => Directory.GetFiles(pinRoot, Prefix + "*").Select(Parse);

    private static LinkPin Parse(string path)
    {
        var name = System.IO.Path.GetFileName(path)[Prefix.Length..];
        return name.Split('_', 3) is [Interface or ControlGroup, ..] parts
            ? new(path, parts[0], uint.TryParse(parts.ElementAtOrDefault(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var place) ? place : 0, parts.ElementAtOrDefault(2) ?? "")
            : new(path, "", 0, name);
    }
}
