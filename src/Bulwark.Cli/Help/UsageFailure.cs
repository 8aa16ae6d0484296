using System.CommandLine;
using System.CommandLine.Parsing;

namespace Bulwark.Cli.Help;

/// <summary>What was typed is not a command: says what is wrong with it and what was probably meant.</summary>
internal sealed class UsageFailure : CommandFailure
{
    public UsageFailure(string error) : base(error) => Code = ExitCode.Usage;

    public static UsageFailure Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = Path(parsed.CommandResult);
        if (parsed.UnmatchedTokens is [var token, ..])
        {
            var isOption = token.StartsWith('-');
            var nearest = Spelling.Nearest(token, isOption ? OptionNames(parsed.CommandResult) : SubcommandNames(command));
            return new UsageFailure(isOption ? $"'{path}' has no option '{token}'" : Unexpected(command, path, token))
            {
                Hint = nearest is null ? $"{path} --help" : $"did you mean '{path} {nearest}'?",
            };
        }
        var message = parsed.Errors.Count > 0 ? parsed.Errors[0].Message.TrimEnd('.') : "that can't be run";
        return new UsageFailure(message.Length > 1 && char.IsUpper(message[1]) ? message : char.ToLowerInvariant(message[0]) + message[1..])
        {
            Hint = $"{path} --help",
        };
    }

    private static string Unexpected(Command command, string path, string token) => command.Subcommands.Any(child => !child.Hidden)
        ? $"there is no command '{path} {token}'"
        : $"'{path}' does not know what to do with '{token}'";

    private static string Path(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{Path(parent)} {result.Command.Name}" : "bulwark";

    private static IEnumerable<string> SubcommandNames(Command command) =>
        command.Subcommands.Where(child => !child.Hidden).Select(child => child.Name);

    private static IEnumerable<string> OptionNames(CommandResult result)
    {
        for (var (at, isParent) = (result, false); at is not null; (at, isParent) = (at.Parent as CommandResult, true))
        {
            foreach (var option in at.Command.Options.Where(option => option.Recursive || !isParent))
                yield return option.Name;
        }
    }
}
