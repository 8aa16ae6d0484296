using System.Collections.Immutable;
using Bulwark.Model.Privileges;

namespace Bulwark.Model.Profiles;

/// <summary>Everything learnt for one workload, and the mode it is in. Immutable: a change makes a new one.</summary>
/// <param name="Workload">The workload's name.</param>
public sealed record Profile(string Workload)
{
    public Mode Mode { get; init; } = Mode.Learn;

    /// <summary>Whether a person set the mode; then Bulwark does not move it by itself.</summary>
    public bool ModeIsPinned { get; init; }

    /// <summary>When the workload entered its mode.</summary>
    public DateTimeOffset ModeSince { get; init; }

    public ImmutableDictionary<ProfileKey, ProfileEntry> Entries { get; init; } = ImmutableDictionary<ProfileKey, ProfileEntry>.Empty;

    /// <summary>What it may have beyond what every container has.</summary>
    public ImmutableSortedDictionary<Privilege, PrivilegeEntry> Privileges { get; init; } = ImmutableSortedDictionary<Privilege, PrivilegeEntry>.Empty;

    /// <summary>Executables that had conversations although the image of their container has none there; as paths inside the container.</summary>
    public ImmutableSortedSet<string> Drifted { get; init; } = ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal);

    /// <summary>How far learning is.</summary>
    public LearningProgress Learning { get; init; } = new();
}
