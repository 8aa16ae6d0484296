using System.Collections.Immutable;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>Whether a machine can run Bulwark, and why: what <c>bulwark doctor -o json</c> writes.</summary>
internal sealed record Diagnosis(bool CanRun, ImmutableArray<Check> Checks)
{
    public static Diagnosis Of(ImmutableArray<Check> checks) => new(checks.All(check => check.State != CheckState.Missing), checks);
}
