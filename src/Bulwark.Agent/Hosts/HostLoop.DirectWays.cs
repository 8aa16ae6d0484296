using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Netlink;

namespace Bulwark.Agent.Hosts;

/// <summary>What changes of interfaces mean for the direct ways between containers.</summary>
internal sealed partial class HostLoop
{
    private static readonly TimeSpan s_lookForDirectWaysEvery = TimeSpan.FromSeconds(1);

    private readonly DirectWays? _directWays;
    private DateTimeOffset _lookedForDirectWays;

    private void Take(Link link)
    {
        var isAsBefore = _links.Find(link.Index) == link;
        _links.Put(link);
        Consider(link);
        if (isAsBefore)
            return;
        if (link.IsBridge)
            FindDirectWays();
        else
            FindDirectWay(link.Index);
    }

    // Something happened to the interface that is not told in full.
    private void LookAgain(uint @interface)
    {
        if (Interfaces.Find(@interface) is { } link)
            Take(link);
    }

    private void LookForDirectWays()
    {
        var now = _time.GetUtcNow();
        if (_directWays is null || now - _lookedForDirectWays < s_lookForDirectWaysEvery)
            return;
        _lookedForDirectWays = now;
        _directWays.LookForFilters();
        FindDirectWays();
    }

    private void FindDirectWays()
    {
        foreach (var place in _endpoints.Attached.Where(Place.IsHostInterface).ToList())
            FindDirectWay(place);
    }

    private void FindDirectWay(uint @interface)
    {
        if (_directWays is not null && _endpoints.IsWatched(@interface))
            _endpoints.PutBridge(@interface, _directWays.BridgeOf(@interface));
    }
}
