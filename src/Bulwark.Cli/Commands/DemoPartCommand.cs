using System.CommandLine;
using Bulwark.Cli.Hosting.Demo.Parts;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark demo-part</c>: what the demonstration runs in its containers. Not for people, so no help lists it.</summary>
internal static class DemoPartCommand
{
    public const string Name = "demo-part";

    public static Command Create(CommandLine line)
    {
        var words = new Argument<string[]>("PART") { Description = "proxy, web, database, report, or reach with a host and a port", Arity = ArgumentArity.OneOrMore };
        var command = new CliCommand(Name, "Play a part of the demonstration's application")
        {
            Hidden = true,
            Group = CommandGroup.Other,
            Usage = "PART",
            Examples = ["bulwark demo-part web", "bulwark demo-part reach database 6379"],
            Arguments = { words },
        };
        line.OnRun(command, (invocation, cancel) => Part.RunAsync(invocation.Value(words), invocation.Terminal.Out, cancel));
        return command;
    }
}
