using Bulwark.Model.Learning;

namespace Bulwark.Server.Configuration;

/// <summary>How the server works. Every value has a default that suits a single host.</summary>
public sealed record ServerOptions
{
    /// <summary>Where the database is; made readable for its owner only.</summary>
    public string DataDirectory { get; init; } = "/var/lib/bulwark";

    /// <summary>The unix socket of the API. It and its directory are made.</summary>
    public string Socket { get; init; } = "/run/bulwark/bulwark.sock";

    /// <summary>The group that may use the API, if it exists.</summary>
    public string Group { get; init; } = "bulwark";

    /// <summary>Whether workloads move from learn to audit to protect by themselves.</summary>
    public bool Auto { get; init; } = true;

    /// <summary>When a workload counts as learnt.</summary>
    public LearningThresholds Learning { get; init; } = new();

    /// <summary>How many events are kept; older ones are deleted.</summary>
    public int Events { get; init; } = 100_000;

    /// <summary>How long activity is kept, which simulation replays.</summary>
    public TimeSpan Activity { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long a name or range outside is remembered that no profile names and that was not seen again.</summary>
    public TimeSpan Outside { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How many observations may wait; more are dropped, counted and shown.</summary>
    public int Queue { get; init; } = 16_384;

    /// <summary>Scans of images, and which images must not start in protect.</summary>
    public ImageOptions Images { get; init; } = new();

    /// <summary>Whether packets of open connections may go from one container right to another, past a bridge that does nothing with them.</summary>
    public bool PassBridges { get; init; } = true;

    /// <summary>The runtime that containers are to have, also with a suffix; with runc also Bulwark's own.</summary>
    public string Runtime { get; init; } = "runc";
}
