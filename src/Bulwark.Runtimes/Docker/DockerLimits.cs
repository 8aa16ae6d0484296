namespace Bulwark.Runtimes.Docker;

/// <summary>What a <see cref="DockerClient"/> takes from a daemon at most.</summary>
public sealed record DockerLimits
{
    /// <summary>Longest answer, in bytes. A container is some 2 KiB in a list.</summary>
    public int AnswerBytes { get; init; } = 64 << 20;

    /// <summary>Longest event, in bytes. An event repeats all labels of its container.</summary>
    public int EventBytes { get; init; } = 1 << 20;

    /// <summary>Longest wait for an answer; waiting for an event has no limit.</summary>
    public TimeSpan Answer { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest time for the import of an image.</summary>
    public TimeSpan Import { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Longest wait for the first byte of an image's export.</summary>
    public TimeSpan Export { get; init; } = TimeSpan.FromMinutes(10);
}
