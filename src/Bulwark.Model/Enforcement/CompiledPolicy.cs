using System.Collections.Immutable;
using Bulwark.Model.Profiles;

namespace Bulwark.Model.Enforcement;

/// <summary>A profile as the kernel takes it.</summary>
/// <param name="Entries">The conversations that it may have.</param>
public sealed record CompiledPolicy(ImmutableArray<PolicyEntry> Entries) : Policy(Entries)
{
    /// <summary>Peers that have no identity yet: their conversations are not in <see cref="Policy.Entries"/>.</summary>
    public required ImmutableArray<Peer> WithoutIdentity { get; init; }

    /// <summary>Allowed keys that no policy can express, such as a port of no transport.</summary>
    public required ImmutableArray<ProfileKey> Unusable { get; init; }
}
