using System.Collections.Immutable;
using Bulwark.Model.Profiles;

namespace Bulwark.Model.Enforcement;

/// <summary>A profile as the kernel takes it.</summary>
/// <param name="Entries">The entries, distinct, ordered by direction, peer, transport and port.</param>
/// <param name="Executables">Of the entries that are for some executables only: which, in the same order.</param>
/// <param name="Binding">Who may bind the ports that only some executables may, sorted.</param>
/// <param name="Announcing">Those of the entries on whose conversations the server may announce further ports.</param>
/// <param name="WithoutIdentity">Peers that have no identity yet, sorted: their conversations are not in <paramref name="Entries"/>.</param>
/// <param name="Unusable">Allowed keys that no policy can express, sorted, such as a port of no transport.</param>
public sealed record CompiledPolicy(
    ImmutableArray<PolicyEntry> Entries, ImmutableArray<ExecutableEntry> Executables, ImmutableArray<BindEntry> Binding, ImmutableArray<PolicyEntry> Announcing,
    ImmutableArray<Peer> WithoutIdentity, ImmutableArray<ProfileKey> Unusable);
