using System.CommandLine;
using Bulwark.Cli.Help;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark advisories</c>.</summary>
internal static class AdvisoriesCommand
{
    public static Command Create(CommandLine line)
    {
        var command = new CliCommand("advisories", "Known vulnerabilities: fetch, take over, pass on, and how old they are")
        {
            Group = CommandGroup.Images,
            Usage = "COMMAND [options]",
            Examples = ["bulwark advisories update", "bulwark advisories status", "bulwark advisories import tracker.json", "bulwark advisories export /media/stick/advisories"],
            Subcommands = { AdvisoryUpdateCommand.Create(line), AdvisoryCommands.Import(line), AdvisoryCommands.Export(line), AdvisoryCommands.Status(line) },
        };
        line.OnRun(command, (_, _) => throw new UsageFailure("what about the advisories?") { Hint = "bulwark advisories --help" });
        return command;
    }
}
