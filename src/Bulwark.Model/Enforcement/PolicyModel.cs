namespace Bulwark.Model.Enforcement;

/// <summary>
/// The kernel's look-up, spelled out: what <c>bpf/include/policy.h</c> does, to test against and to reason with. Neither knows ranges:
/// by then an address has become an identity.
/// </summary>
public static class PolicyModel
{
    /// <summary>Whether the policy lets the workload talk so. At most seven look-ups, however large the policy is.</summary>
    public static bool Allows(
        IReadOnlySet<PolicyEntry> entries, Direction direction, Identity peer, Transport transport, ushort port) =>
        AllowsPeer(entries, direction, peer, transport, port)
        || entries.Contains(new(direction, Identity.Any, transport, port))
        || (peer.IsOutside && peer != Identity.World && AllowsPeer(entries, direction, Identity.World, transport, port));

    private static bool AllowsPeer(
        IReadOnlySet<PolicyEntry> entries, Direction direction, Identity peer, Transport transport, ushort port) =>
        entries.Contains(new(direction, peer, transport, port))
        || entries.Contains(new(direction, peer, transport, 0))
        || entries.Contains(new(direction, peer, default, 0));
}
