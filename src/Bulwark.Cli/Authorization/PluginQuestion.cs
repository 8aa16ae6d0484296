namespace Bulwark.Cli.Authorization;

/// <summary>
/// What Docker asks its authorization plugins (https://docs.docker.com/engine/extend/plugins_authorization/). The daemon writes it, so its names
/// are sure; what is in it, anybody wrote.
/// </summary>
internal sealed record PluginQuestion
{
    /// <summary>Who asks, by the certificate; empty over the unix socket.</summary>
    public string? User { get; init; }

    public string? RequestMethod { get; init; }
    public string? RequestUri { get; init; }

    /// <summary>The body, if it is JSON and shorter than 1 MiB; else it is withheld.</summary>
    public byte[]? RequestBody { get; init; }

    /// <summary>Of several headers of one name the last.</summary>
    public Dictionary<string, string>? RequestHeaders { get; init; }
}
