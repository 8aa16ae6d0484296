namespace Bulwark.Model.Zones;

/// <summary>A conversation as the zone former sees it.</summary>
/// <param name="Client">Who opens it.</param>
/// <param name="Server">Who answers.</param>
/// <param name="Port">The server's port.</param>
/// <param name="Weight">How much it is used, for example connections; at least 0. It decides names, never membership.</param>
public readonly record struct ZoneEdge(Peer Client, Peer Server, ServerPort Port, long Weight);
