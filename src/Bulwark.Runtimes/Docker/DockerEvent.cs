using System.Collections.Frozen;

namespace Bulwark.Runtimes.Docker;

/// <summary>What an event is about.</summary>
public enum DockerEventSubject : byte
{
    /// <summary>An event that was too long or could not be read: something changed, and only a list can tell what.</summary>
    Lost,
    Container,
    Network,
}

/// <summary>Something happened to a container or a network.</summary>
/// <param name="Subject">What it is about.</param>
/// <param name="Action">Docker's word: <c>create</c>, <c>start</c>, <c>die</c>, <c>destroy</c>, <c>rename</c>, <c>connect</c>, <c>disconnect</c>.</param>
/// <param name="Id">The id of the container or the network.</param>
/// <param name="Time">When, by the daemon's clock.</param>
public sealed record DockerEvent(DockerEventSubject Subject, string Action, string Id, DateTimeOffset Time)
{
    // What is done to a container, or in it, without changing what it is. Of "exec_create: sh -c ..." and "health_status: healthy", the word before the colon.
    private static readonly FrozenSet<string> s_words = FrozenSet.ToFrozenSet(
        ["attach", "detach", "resize", "top", "copy", "export", "commit", "archive-path", "extract-to-dir", "exec_create", "exec_start", "exec_die", "exec_detach", "health_status"],
        StringComparer.Ordinal);

    /// <summary>Whether the daemon's account may be another one since. Words that are not known may mean anything.</summary>
    public bool ChangesAccount => !s_words.GetAlternateLookup<ReadOnlySpan<char>>().Contains(Action.AsSpan(0, Action.IndexOf(':') is >= 0 and var end ? end : Action.Length));

    /// <summary>The name of the container or the network.</summary>
    public string Name { get; init; } = "";

    /// <summary>The container that was connected to or disconnected from the network, or empty.</summary>
    public string ContainerId { get; init; } = "";
}
