namespace Bulwark.Model.Zones;

/// <summary>A member of a zone.</summary>
/// <param name="Peer">A workload, or a service outside known by its name or range.</param>
/// <param name="Shared">Whether it is a member of several zones.</param>
/// <param name="Reason">Why it is a member, as a phrase: <c>talks with shop/web on 5432/tcp; …</c></param>
public sealed record ZoneMember(Peer Peer, bool Shared, string Reason);
