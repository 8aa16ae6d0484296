namespace Bulwark.Cli;

/// <summary>A command can't do what it was asked: what failed, why, and what to do next.</summary>
/// <param name="error">What failed, without a full stop.</param>
internal class CommandFailure(string error, Exception? inner = null) : Exception(error, inner)
{
    /// <summary>Why it failed, or empty.</summary>
    public string Cause { get; init; } = "";

    /// <summary>A command to run next, or a sentence that says what to do; or empty.</summary>
    public string Hint { get; init; } = "";

    /// <summary>What the process ends with.</summary>
    public int Code { get; init; } = ExitCode.Failed;
}
