namespace Bulwark.Cli.Commands;

/// <summary>Headings of the overview.</summary>
internal static class CommandGroup
{
    public const string Run = "Run it";
    public const string See = "See what happens";
    public const string Change = "Change what is allowed";
    public const string Images = "Look into images";
    public const string Other = "More";
}
