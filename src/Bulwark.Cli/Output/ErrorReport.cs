namespace Bulwark.Cli.Output;

/// <summary>What standard error gets under <c>-o json</c> when a command fails.</summary>
internal sealed record ErrorReport(string Error, string Cause, string Hint, int ExitCode);
