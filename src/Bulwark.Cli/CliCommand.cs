using System.CommandLine;

namespace Bulwark.Cli;

/// <summary>A command and what its help says about it.</summary>
internal sealed class CliCommand(string name, string description) : Command(name, description)
{
    /// <summary>The heading that it stands under in the overview.</summary>
    public string Group { get; init; } = "";

    /// <summary>What follows the command's name in its usage line.</summary>
    public string Usage { get; init; } = "[options]";

    /// <summary>Lines that one could type; the first shows the most common use.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];
}
