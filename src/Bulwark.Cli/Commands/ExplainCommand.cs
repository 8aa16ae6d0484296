using System.CommandLine;
using System.Globalization;
using Bulwark.Cli.Help;
using Bulwark.Cli.Output;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Cli.Commands;

/// <summary><c>bulwark explain</c>.</summary>
internal static class ExplainCommand
{
    public static Command Create(CommandLine line)
    {
        var output = OutputOption.Create();
        var number = new Argument<string>("EVENT") { Description = "The number of an event, as 'bulwark events' lists it" };
        number.CompletionSources.Add(line.Completions.Events);
        var command = new CliCommand("explain", "Why something was blocked, and what would allow it")
        {
            Group = CommandGroup.See,
            Usage = "EVENT [options]",
            Examples = ["bulwark explain 1042"],
            Arguments = { number },
            Options = { output },
        };
        line.OnRun(command, async (invocation, cancel) =>
        {
            var id = ReadEvent(invocation.Value(number));
            var explained = await invocation.WaitAsync("Asking the server", invocation.Client.ExplainAsync(id, cancel)).ConfigureAwait(false);
            if (!invocation.WroteJson(output, explained))
                Write(explained, invocation.Screen);
            return ExitCode.Ok;
        });
        return command;
    }

    public static long ReadEvent(string text) =>
        long.TryParse(text.AsSpan().TrimStart('#'), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : throw new UsageFailure($"'{text}' is no event") { Cause = "an event is a number", Hint = "bulwark events" };

    private static void Write(ExplainReport explained, Screen screen)
    {
        var item = explained.Event;
        screen.Line(EventListing.What(item), "  ", Cell.Strong(item.Workload), " ", EventListing.Conversation(item));
        Fact(screen, "when", $"{Words.Instant(item.Time)} ({Words.Ago(item.Time, screen.Clock)})");
        Fact(screen, "times", item.Attempts == 0 ? "" : item.Attempts.ToString("N0", CultureInfo.InvariantCulture));
        Fact(screen, "container", item.Container);
        Fact(screen, "executable", item.Executable.Length > 0 && item.ProcessId > 0 ? $"{Executables.Word(item)} (process {item.ProcessId})" : Executables.Word(item));
        Fact(screen, "address", item.Address);
        Fact(screen, "reason", item.Reason);
        foreach (var paragraph in explained.Paragraphs)
        {
            screen.Line();
            foreach (var row in Paragraph.Wrap(paragraph, screen.Width))
                screen.Line(row);
        }
        if (!explained.Nearest.IsEmpty)
        {
            screen.Line();
            screen.Line(Cell.Strong("Nearest in the profile"));
            ProfileCommand.WriteEntries(explained.Nearest, screen, []);
        }
        if (explained.Hint.Length > 0)
        {
            screen.Line();
            screen.Line(Cell.Strong("To allow it: "), explained.Hint);
        }
    }

    private static void Fact(Screen screen, string name, string value)
    {
        if (value.Length > 0)
            screen.Line(Cell.Faint("  " + name.PadRight(12)), value);
    }
}
