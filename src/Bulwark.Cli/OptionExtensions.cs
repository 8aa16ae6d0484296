using System.CommandLine;
using System.CommandLine.Parsing;
using Bulwark.Cli.Help;

namespace Bulwark.Cli;

/// <summary>Checks that name the value that was probably meant.</summary>
internal static class OptionExtensions
{
    /// <summary>Accepts only these words, and completes them.</summary>
    public static Option<string> Among(this Option<string> option, params string[] words)
    {
        option.Validators.Add(result => Check(result, option.Name, words));
        option.CompletionSources.Add(words);
        return option;
    }

    /// <summary>Accepts only these words, and completes them.</summary>
    public static Argument<string> Among(this Argument<string> argument, params string[] words)
    {
        argument.Validators.Add(result => Check(result, argument.Name, words));
        argument.CompletionSources.Add(words);
        return argument;
    }

    /// <summary>Null if it is one of the words, else a sentence that names them.</summary>
    public static string? Complaint(string name, string value, IReadOnlyCollection<string> words)
    {
        if (words.Contains(value))
            return null;
        var nearest = Spelling.Nearest(value, words);
        return $"'{value}' is no {name}: it is one of {string.Join(", ", words)}" + (nearest is null ? "" : $"; did you mean '{nearest}'?");
    }

    private static void Check(SymbolResult result, string name, string[] words)
    {
        foreach (var token in result.Tokens)
        {
            if (Complaint(name, token.Value, words) is { } complaint)
                result.AddError(complaint);
        }
    }
}
