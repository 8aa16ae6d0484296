using System.Collections.Immutable;

namespace Bulwark.Cli.Hosting;

/// <summary>What <c>bulwark up</c> was asked for.</summary>
internal sealed record UpOptions
{
    public const string DefaultDockerSocket = "unix:///var/run/docker.sock";
    public const string DefaultDataDirectory = "/var/lib/bulwark";
    public const string DefaultSocket = "/run/bulwark/bulwark.sock";
    public const string DefaultBpfRoot = "/sys/fs/bpf/bulwark";

    /// <summary>The Docker daemons to watch.</summary>
    public ImmutableArray<string> DockerSockets { get; init; } = [DefaultDockerSocket];

    /// <summary>Whether workloads move from learn to protect by themselves; null leaves it as the config file has it.</summary>
    public bool? Auto { get; init; }

    /// <summary>Where profiles and events are kept.</summary>
    public string DataDirectory { get; init; } = DefaultDataDirectory;

    /// <summary>The unix socket to serve the API on.</summary>
    public string Socket { get; init; } = DefaultSocket;

    /// <summary>A configuration file, or null.</summary>
    public string? Config { get; init; }

    /// <summary>Where kernel programs and maps are pinned.</summary>
    public string BpfRoot { get; init; } = DefaultBpfRoot;

    public bool Verbose { get; init; }
}
