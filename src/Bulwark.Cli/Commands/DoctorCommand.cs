using System.CommandLine;
using Bulwark.Cli.Hosting;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark doctor</c>.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommandLine line)
    {
        var docker = HostOptions.Docker();
        var bpf = HostOptions.BpfRoot();
        var command = new CliCommand("doctor", "Check whether this machine has what Bulwark needs")
        {
            Group = CommandGroup.Run,
            Examples = ["sudo bulwark doctor"],
            Options = { docker, bpf },
        };
        line.OnRun(command, (invocation, cancel) => line.Host.DiagnoseAsync(
            new DoctorOptions
            {
                DockerSockets = [.. invocation.Value(docker) ?? []],
                Socket = invocation.Socket,
                BpfRoot = invocation.Value(bpf)!,
                Verbose = invocation.Verbose,
            },
            invocation.Screen, cancel));
        return command;
    }
}
