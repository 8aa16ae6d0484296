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
    /// <summary>The name of the container or the network.</summary>
    public string Name { get; init; } = "";

    /// <summary>The container that was connected to or disconnected from the network, or empty.</summary>
    public string ContainerId { get; init; } = "";
}
