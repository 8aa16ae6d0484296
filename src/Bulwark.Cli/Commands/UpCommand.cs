using System.CommandLine;
using Bulwark.Cli.Hosting;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark up</c>.</summary>
internal static class UpCommand
{
    public static Command Create(CommandLine line)
    {
        var docker = HostOptions.Docker();
        var auto = new Option<string>("--auto")
        {
            Description = "Whether workloads go from learn to protect by themselves: on or off",
            HelpName = "ON|OFF",
        }.Among("on", "off");
        var data = new Option<string>("--data-directory")
        {
            Description = $"Where profiles and events are kept (default: {UpOptions.DefaultDataDirectory})",
            HelpName = "PATH",
            DefaultValueFactory = _ => UpOptions.DefaultDataDirectory,
        };
        var config = new Option<string>("--config") { Description = "A configuration file", HelpName = "PATH" };
        var bpf = HostOptions.BpfRoot();
        var command = new CliCommand("up", "Watch this machine's containers, learn, and protect, until stopped")
        {
            Group = CommandGroup.Run,
            Examples = ["sudo bulwark up", "sudo bulwark up --auto=off", "sudo bulwark up --docker unix:///run/user/1000/docker.sock"],
            Options = { docker, auto, data, config, bpf },
        };
        line.OnRun(command, (invocation, cancel) => line.Host.RunAsync(
            new UpOptions
            {
                DockerSockets = [.. invocation.Value(docker) ?? []],
                Auto = invocation.Value(auto) switch { "on" => true, "off" => false, _ => null },
                DataDirectory = invocation.Value(data)!,
                Socket = invocation.Socket,
                Config = invocation.Value(config),
                BpfRoot = invocation.Value(bpf)!,
                Verbose = invocation.Verbose,
            },
            invocation.Screen, cancel));
        return command;
    }
}
