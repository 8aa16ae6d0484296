using System.CommandLine;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark workloads</c>.</summary>
internal static class WorkloadsCommand
{
    public static Command Create(CommandLine line)
    {
        var output = OutputOption.Create();
        var command = new CliCommand("workloads", "The workloads, their modes and how well each is known (* marks a mode set by hand)")
        {
            Group = CommandGroup.See,
            Examples = ["bulwark workloads", "bulwark workloads -o json | jq -r '.[] | select(.mode == \"learn\").name'"],
            Options = { output },
        };
        line.OnRun(command, async (invocation, cancel) =>
        {
            var workloads = await invocation.WaitAsync("Asking the server", invocation.Client.WorkloadsAsync(cancel)).ConfigureAwait(false);
            if (!invocation.WroteJson(output, workloads))
                WorkloadListing.Write(workloads, invocation.Screen);
            return ExitCode.Ok;
        });
        return command;
    }
}
