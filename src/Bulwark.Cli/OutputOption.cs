using System.CommandLine;

namespace Bulwark.Cli;

/// <summary><c>-o</c>: how a command writes its data.</summary>
internal static class OutputOption
{
    public const string Name = "--output";
    public const string Table = "table";
    public const string Json = "json";

    public static Option<string> Create(params string[] more)
    {
        string[] formats = [Table, Json, .. more];
        return new Option<string>(Name, "-o")
        {
            Description = $"How to write it: {string.Join(", ", formats)}",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => Table,
        }.Among(formats);
    }
}
