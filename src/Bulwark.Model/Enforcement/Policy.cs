using System.Collections.Immutable;

namespace Bulwark.Model.Enforcement;

/// <summary>What a workload may do, as the kernel takes it.</summary>
/// <param name="Entries">The conversations that it may have.</param>
public record Policy(ImmutableArray<PolicyEntry> Entries)
{
    /// <summary>Nothing at all.</summary>
    public static Policy Empty { get; } = new([]);

    /// <summary>Of the entries that are for some executables only: which.</summary>
    public ImmutableArray<ExecutableEntry> Executables { get; init; } = [];

    /// <summary>Who may bind the ports that only some executables may.</summary>
    public ImmutableArray<BindEntry> Binding { get; init; } = [];

    /// <summary>Those of the entries on whose conversations the server may announce further ports.</summary>
    public ImmutableArray<PolicyEntry> Announcing { get; init; } = [];
}
