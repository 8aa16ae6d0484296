using System.Collections.Immutable;

namespace Bulwark.Model.Enforcement;

/// <summary>What a workload may do, as the kernel takes it; each part distinct and sorted. Those with equal parts are equal.</summary>
/// <param name="Entries">The conversations that it may have.</param>
public record Policy(ImmutableArray<PolicyEntry> Entries)
{
    /// <summary>Nothing at all.</summary>
    public static Policy Empty { get; } = new([]);

    /// <summary>How entries are sorted: by direction, peer, transport and port.</summary>
    internal static Comparer<PolicyEntry> EntryOrder { get; } = Comparer<PolicyEntry>.Create((left, right) =>
        (left.Direction, left.Peer, left.Transport, left.Port).CompareTo((right.Direction, right.Peer, right.Transport, right.Port)));

    /// <summary>Of the entries that are for some executables only: which.</summary>
    public ImmutableArray<ExecutableEntry> Executables { get; init; } = [];

    /// <summary>Who may bind the ports that only some executables may.</summary>
    public ImmutableArray<BindEntry> Binding { get; init; } = [];

    /// <summary>Those of the entries on whose conversations the server may announce further ports.</summary>
    public ImmutableArray<PolicyEntry> Announcing { get; init; } = [];

    /// <summary>Makes one of parts in whatever order.</summary>
    public static Policy Of(
        IEnumerable<PolicyEntry> entries, IEnumerable<ExecutableEntry>? executables = null, IEnumerable<PolicyEntry>? announcing = null,
        IEnumerable<BindEntry>? binding = null) => new([.. entries.Distinct().Order(EntryOrder)])
        {
            Executables = [.. (executables ?? []).Distinct().OrderBy(e => e.Entry, EntryOrder).ThenBy(e => e.Executable, StringComparer.Ordinal)],
            Announcing = [.. (announcing ?? []).Distinct().Order(EntryOrder)],
            Binding = [.. (binding ?? []).Distinct().OrderBy(bind => (bind.Transport, bind.Port)).ThenBy(bind => bind.Executable, StringComparer.Ordinal)],
        };

    public virtual bool Equals(Policy? other) =>
        other is not null && Entries.AsSpan().SequenceEqual(other.Entries.AsSpan()) && Executables.AsSpan().SequenceEqual(other.Executables.AsSpan())
        && Binding.AsSpan().SequenceEqual(other.Binding.AsSpan()) && Announcing.AsSpan().SequenceEqual(other.Announcing.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Entries.Length, Executables.Length, Binding.Length, Announcing.Length);
}
