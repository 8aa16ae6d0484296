using Bulwark.Images.Advisories;

namespace Bulwark.Images.Findings;

/// <summary>Something that is wrong with an image.</summary>
public sealed record Finding
{
    public required FindingKind Kind { get; init; }

    /// <summary>The vulnerability's name, or that of the rule that found it (<c>secret/private-key</c>, <c>file/set-user-id</c>).</summary>
    public required string Id { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>What is wrong, in a line; never holds a secret.</summary>
    public required string Title { get; init; }

    /// <summary>Where: a path in the image, or empty for the image as a whole.</summary>
    public string Path { get; init; } = "";

    /// <summary>The layer that brought it, counted from 0; null where no layer did.</summary>
    public int? Layer { get; init; }

    /// <summary>What to do about it, or empty.</summary>
    public string Fix { get; init; } = "";

    /// <summary>More on a vulnerability; null for all else.</summary>
    public PackageVulnerability? Vulnerability { get; init; }

    /// <summary>Why it does not count; null if it does.</summary>
    public Suppression? Suppression { get; init; }
}
