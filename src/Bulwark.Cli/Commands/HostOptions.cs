using System.CommandLine;
using Bulwark.Cli.Hosting;

namespace Bulwark.Cli.Commands;

/// <summary>Options of the commands that work on this machine.</summary>
internal static class HostOptions
{
    public static Option<string[]> Docker() => new("--docker")
    {
        Description = $"A Docker daemon to watch; may be given several times (default: {UpOptions.DefaultDockerSocket})",
        HelpName = "ADDRESS",
        DefaultValueFactory = _ => [UpOptions.DefaultDockerSocket],
    };

    public static Option<string> BpfRoot() => new("--bpf-root")
    {
        Description = $"Where kernel programs and maps are pinned (default: {UpOptions.DefaultBpfRoot})",
        HelpName = "PATH",
        DefaultValueFactory = _ => UpOptions.DefaultBpfRoot,
    };
}
