using Bulwark.Images.Gate;

namespace Bulwark.Server.Configuration;

/// <summary>Scans of the images that run, and which images must not start.</summary>
public sealed record ImageOptions
{
    /// <summary>Whether images are scanned in the background.</summary>
    public bool Scan { get; init; } = true;

    /// <summary>The file of advisories, which need not be there.</summary>
    public string Advisories { get; init; } = "/var/lib/bulwark/advisories";

    /// <summary>The file of exceptions, in the form of a <c>.bulwarkignore</c>. It is read anew for each decision, and need not be there.</summary>
    public string Exceptions { get; init; } = "/etc/bulwark/exceptions";

    /// <summary>How long a start may wait for its image to be scanned.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(10);

    public ImagePolicy Policy { get; init; } = new();
}
