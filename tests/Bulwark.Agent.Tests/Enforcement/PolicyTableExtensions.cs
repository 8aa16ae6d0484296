using Bulwark.Agent.Enforcement;
using Bulwark.Model;
using Bulwark.Model.Enforcement;

namespace Bulwark.Agent.Tests.Enforcement;

/// <summary>Policies as tests write them.</summary>
internal static class PolicyTableExtensions
{
    public static void Apply(
        this PolicyTable table, Identity workload, Mode mode, IReadOnlyCollection<PolicyEntry> entries, IReadOnlyCollection<ExecutableEntry>? executables = null,
        IReadOnlyCollection<PolicyEntry>? announcing = null, IReadOnlyCollection<BindEntry>? binding = null) =>
        table.Apply(workload, mode, Policy.Of(entries, executables, announcing, binding));
}
