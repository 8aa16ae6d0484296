using System.CommandLine;
using System.CommandLine.Help;

namespace Bulwark.Cli.Help;

/// <summary>What <c>--help</c> shows: usage, what it is for, options, examples.</summary>
internal static class HelpPage
{
    private const string Indent = "  ";

    /// <summary>Makes <c>--help</c> show this page.</summary>
    public static void ReplaceHelpOf(RootCommand root, GlobalOptions options)
    {
        foreach (var builtIn in root.Options.OfType<HelpOption>().ToList())
            root.Options.Remove(builtIn);
        root.Options.Add(new HelpOption("--help", "-h") { Description = "Show this help", Action = new HelpPageAction(options) });
    }

    public static int Write(Command command, GlobalOptions options, TextWriter output)
    {
        output.WriteLine($"{command.Description}\n");
        output.WriteLine("Usage:");
        output.WriteLine($"{Indent}{Path(command)} {Usage(command)}");
        foreach (var group in command.Subcommands.Where(child => !child.Hidden).GroupBy(child => (child as CliCommand)?.Group ?? ""))
            Section(output, group.Key.Length > 0 ? group.Key : "Commands", group.Select(child => (child.Name, child.Description ?? "")));
        Section(output, "Arguments", command.Arguments.Select(argument => (argument.Name, argument.Description ?? "")));
        Section(output, "Options", Listed(command.Options.Where(option => !option.Recursive && !option.Hidden)));
        var globals = command is RootCommand ? command.Options.Where(option => option.Recursive) : options.All;
        Section(output, "Global options", Listed(globals.Where(option => option is not HelpOption)));
        if (command is CliCommand { Examples.Count: > 0 } documented)
        {
            output.WriteLine("\nExamples:");
            foreach (var example in documented.Examples)
                output.WriteLine(Indent + example);
        }
        output.WriteLine(command is RootCommand
            ? "\nStart with 'bulwark up', then look at 'bulwark status' and 'bulwark map'.\nExit codes: bulwark help exit-codes"
            : "\nExit codes: bulwark help exit-codes");
        return ExitCode.Ok;
    }

    private static IEnumerable<(string, string)> Listed(IEnumerable<Option> options) =>
        options.Select(option => (Names(option), option.Description ?? ""));

    private static void Section(TextWriter output, string title, IEnumerable<(string Name, string Description)> rows)
    {
        var all = rows.ToList();
        if (all.Count == 0)
            return;
        output.WriteLine($"\n{title}:");
        var width = all.Max(row => row.Name.Length);
        foreach (var (name, description) in all)
            output.WriteLine($"{Indent}{name.PadRight(width)}{Indent}{description}");
    }

    private static string Names(Option option)
    {
        var names = string.Join(", ", option.Aliases.Where(alias => alias.Length == 2).Append(option.Name));
        return option.HelpName is { } value ? $"{names} {value}" : names;
    }

    private static string Path(Command command) =>
        command is RootCommand ? "bulwark" : $"{Path(command.Parents.OfType<Command>().First())} {command.Name}";

    private static string Usage(Command command) => command is CliCommand documented ? documented.Usage : "COMMAND [options]";
}
