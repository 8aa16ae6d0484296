namespace Bulwark.Runtimes.Docker;

/// <summary>How a program that was run inside a container ended.</summary>
/// <param name="ExitCode">What it ended with.</param>
/// <param name="Output">What it wrote to standard output and standard error, in the order in which it came.</param>
public sealed record ExecOutcome(int ExitCode, string Output);
