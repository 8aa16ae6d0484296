using System.CommandLine;
using Bulwark.Cli.Maps;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark map</c>.</summary>
internal static class MapCommand
{
    public static Command Create(CommandLine line)
    {
        var output = OutputOption.Create("dot", "mermaid");
        var command = new CliCommand("map", "Who talks to whom, zone by zone")
        {
            Group = CommandGroup.See,
            Examples = ["bulwark map", "bulwark map -o dot | dot -Tsvg > map.svg", "bulwark map -o mermaid"],
            Options = { output },
        };
        line.OnRun(command, async (invocation, cancel) =>
        {
            var map = await invocation.WaitAsync("Asking the server", invocation.Client.MapAsync(cancel)).ConfigureAwait(false);
            if (invocation.WroteJson(output, map))
                return ExitCode.Ok;
            switch (invocation.Value(output))
            {
                case "dot":
                    invocation.Screen.Text(DotMap.Write(map));
                    break;
                case "mermaid":
                    invocation.Screen.Text(MermaidMap.Write(map));
                    break;
                default:
                    MapListing.Write(map, invocation.Screen);
                    break;
            }
            return ExitCode.Ok;
        });
        return command;
    }
}
