namespace Bulwark.Runtimes.Docker;

/// <summary>How a <see cref="DockerWatcher"/> goes about it.</summary>
public sealed record DockerWatcherOptions
{
    /// <summary>Wait before the first try to reach a daemon again; it doubles with each failure.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest wait between two tries.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the list is compared with what is known: a daemon drops events when its listeners lag, without a word.</summary>
    public TimeSpan Comparison { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the services of a swarm's networks are asked for: no event tells of those on other hosts.</summary>
    public TimeSpan Services { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How far before the list events are asked for: covers small steps of the clock. A repeated event does no harm.</summary>
    public TimeSpan Overlap { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Questions to the daemon at the same time. It holds back its answer about a container that it is starting.</summary>
    public int Questions { get; init; } = 32;
}
