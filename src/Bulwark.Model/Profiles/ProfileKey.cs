namespace Bulwark.Model.Profiles;

/// <summary>
/// A conversation seen from one workload: what its policy is made of. Client ports are never part of it.
/// </summary>
/// <param name="Direction">Whether the workload is the client (<see cref="Direction.Out"/>) or the server.</param>
/// <param name="Peer">The other side.</param>
/// <param name="Port">The server side's port and transport.</param>
public readonly record struct ProfileKey(Direction Direction, Peer Peer, ServerPort Port) : IComparable<ProfileKey>
{
    /// <summary>For example <c>-> shop/db 5432/tcp</c>.</summary>
    public override string ToString() => $"{(Direction == Direction.Out ? "->" : "<-")} {Peer} {Port}";

    /// <summary>The same conversation seen from the peer, whose own peer is <paramref name="workload"/>; null if the peer is no workload.</summary>
    public ProfileKey? SeenFromPeer(Peer workload) => Peer.Kind == PeerKind.Workload
        ? new(Direction == Direction.Out ? Direction.In : Direction.Out, workload, Port)
        : null;

    public int CompareTo(ProfileKey other)
    {
        if (Direction != other.Direction)
            return Direction.CompareTo(other.Direction);
        return Peer != other.Peer ? Peer.CompareTo(other.Peer) : Port.CompareTo(other.Port);
    }

    public static bool operator <(ProfileKey left, ProfileKey right) => left.CompareTo(right) < 0;
    public static bool operator >(ProfileKey left, ProfileKey right) => left.CompareTo(right) > 0;
    public static bool operator <=(ProfileKey left, ProfileKey right) => left.CompareTo(right) <= 0;
    public static bool operator >=(ProfileKey left, ProfileKey right) => left.CompareTo(right) >= 0;
}
