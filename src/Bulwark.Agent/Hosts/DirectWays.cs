using Bulwark.Kernel.Netlink;

namespace Bulwark.Agent.Hosts;

/// <summary>
/// Where the packets of an open connection may go from one container of this host right to another, past the bridge between them: where
/// the bridge and the interfaces do nothing but carry them, and nobody else looks at them. Belongs to the host loop.
/// </summary>
/// <param name="isAlone">Whether no programs but ours are on the interface.</param>
internal sealed class DirectWays(LinkTable links, Func<uint, bool> isAlone)
{
    private bool _areFiltered = true;

    /// <summary>Looks for filters that see all that bridges carry. Nobody tells of them.</summary>
    public void LookForFilters() => _areFiltered = BridgeFilters.AreThere();

    /// <summary>The bridge that packets from and to the host's interface may go past; 0 if none.</summary>
    public uint BridgeOf(uint @interface) =>
        !_areFiltered && links.Find(@interface) is { } port && links.Find(port.Master) is { } bridge
        && IsPlain(port) && IsPlain(bridge) && isAlone(@interface)
            ? bridge.Index
            : 0;

    // Shaping would be missed by packets that go past the queue, and whoever sniffs would see none of them.
    private static bool IsPlain(Link link) => link.IsBridge
        ? !link.FiltersBridged && link.Promiscuity == 0
        : link is { IsVeth: true, IsOpenPort: true, QueueingDiscipline: "noqueue", Promiscuity: <= 1 };
}
