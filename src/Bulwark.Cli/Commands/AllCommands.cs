using System.CommandLine;

namespace Bulwark.Cli.Commands;

/// <summary>Every command, in the order in which help shows them.</summary>
internal static class AllCommands
{
    public static IEnumerable<Command> Create(CommandLine line) =>
    [
        UpCommand.Create(line), DownCommand.Create(line), StatusCommand.Create(line), DoctorCommand.Create(line), DemoCommand.Create(line), AuthzCommand.Create(line),
        MapCommand.Create(line), ZonesCommand.Create(line), WorkloadsCommand.Create(line), ProfileCommand.Create(line),
        EventsCommand.Create(line), ExplainCommand.Create(line),
        AllowCommand.Create(line), ForgetCommand.Create(line), ModeCommand.Create(line), SimulateCommand.Create(line),
        ScanCommand.Create(line), SbomCommand.Create(line), AdvisoriesCommand.Create(line),
        ExportCommand.Create(line), CompletionCommand.Create(line), HelpCommand.Create(line), DemoPartCommand.Create(line), YaraWorkerCommand.Create(line), RuntimeCommand.Create(line),
    ];
}
