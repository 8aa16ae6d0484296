using System.Collections.Immutable;

namespace Bulwark.Runtimes.Docker;

/// <summary>How a daemon is set up, as far as it matters to one who watches it.</summary>
/// <param name="CgroupDriver">Who makes the containers' control groups: <c>cgroupfs</c>, <c>systemd</c> or <c>none</c>.</param>
/// <param name="CgroupVersion"><c>1</c> or <c>2</c>; empty if the daemon does not say.</param>
/// <param name="LiveRestore">Whether containers go on while the daemon is restarted.</param>
public sealed record DockerSettings(string CgroupDriver, string CgroupVersion, bool LiveRestore)
{
    /// <summary>The runtimes that containers can be started with: names, and for each its program with its arguments, if the daemon tells.</summary>
    public ImmutableDictionary<string, string> Runtimes { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Where the daemon keeps its files; empty if it does not say.</summary>
    public string DataRoot { get; init; } = "";

    /// <summary>The runtime of containers that name none; empty if the daemon does not say.</summary>
    public string DefaultRuntime { get; init; } = "";

    /// <summary>The plugins that the daemon asks before it does what it is told.</summary>
    public ImmutableArray<string> AuthorizationPlugins { get; init; } = [];
}
