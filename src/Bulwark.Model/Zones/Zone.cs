using System.Collections.Immutable;

namespace Bulwark.Model.Zones;

/// <summary>A set of peers that belong together.</summary>
/// <param name="Name">Unique among the zones formed together.</param>
/// <param name="Members">Sorted by peer.</param>
public sealed record Zone(string Name, ImmutableArray<ZoneMember> Members);
