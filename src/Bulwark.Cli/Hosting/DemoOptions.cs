namespace Bulwark.Cli.Hosting;

/// <summary>What <c>bulwark demo</c> shows.</summary>
internal sealed record DemoOptions
{
    /// <summary>The Docker daemon to run the demonstration's containers on.</summary>
    public string DockerSocket { get; init; } = UpOptions.DefaultDockerSocket;

    /// <summary>Leave the containers and Bulwark running at the end.</summary>
    public bool Keep { get; init; }

    /// <summary>Only remove what an earlier demonstration left.</summary>
    public bool Remove { get; init; }

    public string Socket { get; init; } = UpOptions.DefaultSocket;
    public bool Verbose { get; init; }
}
