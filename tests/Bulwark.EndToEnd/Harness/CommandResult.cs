namespace Bulwark.EndToEnd.Harness;

/// <summary>How a command ended and what it wrote.</summary>
public sealed record CommandResult(string Command, int ExitCode, string Output, string Error)
{
    public bool Succeeded => ExitCode == 0;

    /// <summary>The output without the white space around it; throws what the command complained of if it failed.</summary>
    public string Text =>
        Succeeded ? Output.Trim() : throw new InvalidOperationException($"'{Command}' ended with {ExitCode}: {Error.Trim()} {Output.Trim()}");

    public override string ToString() => $"'{Command}' ended with {ExitCode}\n{Output}{Error}";
}
