using System.CommandLine;
using Bulwark.Cli.Hosting;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark demo</c>.</summary>
internal static class DemoCommand
{
    public static Command Create(CommandLine line)
    {
        var docker = new Option<string>("--docker")
        {
            Description = $"The Docker daemon to run the containers on (default: {UpOptions.DefaultDockerSocket})",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => UpOptions.DefaultDockerSocket,
        };
        var keep = new Option<bool>("--keep") { Description = "Leave the containers and Bulwark running at the end" };
        var remove = new Option<bool>("--remove") { Description = "Only remove what an earlier demonstration left" };
        var command = new CliCommand("demo", "Start a small shop, learn it, protect it, attack it, and show what happened")
        {
            Group = CommandGroup.Run,
            Examples = ["sudo bulwark demo", "sudo bulwark demo --keep", "sudo bulwark demo --remove"],
            Options = { docker, keep, remove },
        };
        line.OnRun(command, (invocation, cancel) => line.Host.DemonstrateAsync(
            new DemoOptions
            {
                DockerSocket = invocation.Value(docker)!,
                Keep = invocation.Value(keep),
                Remove = invocation.Value(remove),
                Socket = invocation.Socket,
                Verbose = invocation.Verbose,
            },
            invocation.Screen, cancel));
        return command;
    }
}
