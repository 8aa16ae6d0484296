using System.Collections.Immutable;

namespace Bulwark.Cli.Hosting;

/// <summary>What <c>bulwark doctor</c> looks at.</summary>
internal sealed record DoctorOptions
{
    public ImmutableArray<string> DockerSockets { get; init; } = [UpOptions.DefaultDockerSocket];
    public string Socket { get; init; } = UpOptions.DefaultSocket;
    public string BpfRoot { get; init; } = UpOptions.DefaultBpfRoot;

    /// <summary>Write JSON instead of a table.</summary>
    public bool Json { get; init; }

    public bool Verbose { get; init; }
}
