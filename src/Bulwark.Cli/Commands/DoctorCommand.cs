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
        var output = OutputOption.Create();
        var command = new CliCommand("doctor", "Check whether this machine has what Bulwark needs; ends with 3 if it cannot run")
        {
            Group = CommandGroup.Run,
            Examples = ["sudo bulwark doctor", "sudo bulwark doctor -o json"],
            Options = { docker, bpf, output },
        };
        line.OnRun(command, (invocation, cancel) => line.Host.DiagnoseAsync(
            new DoctorOptions
            {
                DockerSockets = [.. invocation.Value(docker) ?? []],
                Socket = invocation.Socket,
                BpfRoot = invocation.Value(bpf)!,
                Json = invocation.Value(output) == OutputOption.Json,
                Verbose = invocation.Verbose,
            },
            invocation.Screen, cancel));
        return command;
    }
}
