using System.CommandLine;
using Bulwark.Images.Malware.Yara;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark yara-worker</c>: the process of its own in which a scan applies YARA's rules. Not for people, so no help lists it.</summary>
internal static class YaraWorkerCommand
{
    public const string Name = "yara-worker";

    public static Command Create(CommandLine line)
    {
        var command = new CliCommand(Name, "Apply YARA's rules to what is sent to it")
        {
            Hidden = true,
            Group = CommandGroup.Other,
            Examples = ["bulwark yara-worker"],
        };
        line.OnRun(command, (_, _) =>
        {
            using var from = Console.OpenStandardInput();
            using var to = Console.OpenStandardOutput();
            YaraWorker.Serve(from, to, WorkerCell.ShutIn);
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }
}
