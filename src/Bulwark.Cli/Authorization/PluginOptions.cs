namespace Bulwark.Cli.Authorization;

/// <summary>What <c>bulwark authz</c> was asked for.</summary>
internal sealed record PluginOptions
{
    public const string Open = "open";
    public const string Closed = "closed";
    public const string DefaultPluginSocket = "/run/docker/plugins/bulwark.sock";
    public static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(15);

    /// <summary>Where Docker asks.</summary>
    public string PluginSocket { get; init; } = DefaultPluginSocket;

    /// <summary>Where the server is asked.</summary>
    public required string Socket { get; init; }

    /// <summary>The daemon that asks; empty for the one that the server knows.</summary>
    public string Daemon { get; init; } = "";

    /// <summary>How long the server has for its answer.</summary>
    public TimeSpan Wait { get; init; } = DefaultWait;

    /// <summary>Whether what has to be judged is refused when the server does not answer.</summary>
    public bool IsClosed { get; init; }
}
