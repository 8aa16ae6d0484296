using System.CommandLine;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark export</c>.</summary>
internal static class ExportCommand
{
    public static Command Create(CommandLine line)
    {
        var format = new Option<string>("--format")
        {
            Description = "networkpolicy (Kubernetes) or ciliumnetworkpolicy (also host names)",
            HelpName = "FORMAT",
            Required = true,
        }.Among("networkpolicy", "ciliumnetworkpolicy");
        var command = new CliCommand("export", "Write what was learnt as policies for Kubernetes")
        {
            Group = CommandGroup.Other,
            Usage = "--format FORMAT [options]",
            Examples = ["bulwark export --format networkpolicy > policies.yaml"],
            Options = { format },
        };
        line.OnRun(command, async (invocation, cancel) =>
        {
            var yaml = await invocation.WaitAsync("Asking the server", invocation.Client.ExportAsync(invocation.Value(format)!, cancel))
                .ConfigureAwait(false);
            invocation.Screen.Text(yaml);
            return ExitCode.Ok;
        });
        return command;
    }
}
