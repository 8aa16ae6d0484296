using System.CommandLine;
using Bulwark.Cli.Help;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark help</c>.</summary>
internal static class HelpCommand
{
    public static Command Create(CommandLine line)
    {
        var topic = new Argument<string>("TOPIC")
        {
            Description = $"A command, or one of {string.Join(", ", HelpTopics.All.Keys)}",
            Arity = ArgumentArity.ZeroOrOne,
        };
        topic.CompletionSources.Add(_ => Topics(line));
        var command = new CliCommand("help", "Help about a command or a topic")
        {
            Group = CommandGroup.Other,
            Usage = "[TOPIC]",
            Examples = ["bulwark help exit-codes", "bulwark help names", "bulwark help simulate"],
            Arguments = { topic },
        };
        line.OnRun(command, (invocation, _) =>
        {
            var name = invocation.Optional(topic);
            return Task.FromResult(Show(line, name, invocation.Terminal.Out));
        });
        return command;
    }

    private static int Show(CommandLine line, string? name, TextWriter output)
    {
        if (name is null)
            return HelpPage.Write(line.Root, line.Options, output);
        if (HelpTopics.All.TryGetValue(name, out var text))
        {
            output.WriteLine(text);
            return ExitCode.Ok;
        }
        if (line.Root.Subcommands.FirstOrDefault(command => command.Name == name) is { } found)
            return HelpPage.Write(found, line.Options, output);
        var nearest = Spelling.Nearest(name, Topics(line));
        throw new UsageFailure($"there is no help about '{name}'")
        {
            Hint = nearest is null ? "bulwark help" : $"did you mean 'bulwark help {nearest}'?",
        };
    }

    private static IEnumerable<string> Topics(CommandLine line) =>
        HelpTopics.All.Keys.Concat(line.Root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name));
}
