namespace Bulwark.Cli;

/// <summary>What <c>bulwark</c> ends with; an interface, shown by <c>bulwark help exit-codes</c>.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Findings = 3;
    public const int NotAuthorised = 4;
    public const int Unreachable = 5;
    public const int CannotTell = 6;
    public const int Interrupted = 130;
}
