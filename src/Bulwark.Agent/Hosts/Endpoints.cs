using Bulwark.Kernel;
using Bulwark.Kernel.Layout;
using Bulwark.Model;
using Microsoft.Extensions.Logging;

namespace Bulwark.Agent.Hosts;

/// <summary>The places that the kernel programs are at, and whose they are. Belongs to the host loop.</summary>
internal sealed partial class Endpoints(KernelPrograms kernel, WatchHooks hooks, ILogger log)
{
    private readonly Dictionary<uint, WatchPoint> _attached = [];

    /// <summary>The places.</summary>
    public IReadOnlyCollection<uint> Attached => _attached.Keys;

    public bool IsWatched(uint place) => _attached.ContainsKey(place);

    /// <summary>
    /// Puts today's programs on the host's interfaces where an earlier agent had put its own. The containers behind keep what they have until
    /// they are told of; so do those whose programs are inside, or on a control group.
    /// </summary>
    public void Adopt()
    {
        foreach (var place in kernel.Endpoints.Keys().Where(Place.IsHostInterface))
        {
            if (!TryAttach(new WatchPoint.HostEnd(place)))
                Remove(place);
        }
    }

    /// <summary>The number of the container that is, or was for an earlier agent, at the place; 0 if none.</summary>
    public uint OwnerOf(uint place) => kernel.Endpoints.TryGet(place, out var endpoint) ? endpoint.Container : 0;

    /// <summary>The place that a control group is, for this agent or an earlier one; 0 if none.</summary>
    public uint PlaceOf(string controlGroup) => hooks.ControlGroups.PlaceOf(controlGroup);

    /// <summary>The workload of the container at the place, <see cref="Identity.Any"/> if it is not known.</summary>
    public Identity WorkloadOf(uint place) => kernel.Endpoints.TryGet(place, out var endpoint) ? new(endpoint.Workload) : Identity.Any;

    /// <summary>Lets nothing pass until it is known whose the host's interface is.</summary>
    public void Hold(uint @interface)
    {
        Set(@interface, new() { Flags = Endpoint.Held });
        if (!TryAttach(new WatchPoint.HostEnd(@interface)))
            Remove(@interface);
    }

    /// <summary>The place is the container's; false if it is gone, or another's.</summary>
    public bool Claim(WatchPoint point, WatchedContainer container)
    {
        if (point is WatchPoint.InsideInterface inside && _attached.GetValueOrDefault(point.Place) is WatchPoint.InsideInterface other
            && other.Cookie != inside.Cookie && hooks.AreInPlace(other))
        {
            LogAnothers(point.Place, container.Container.Name);
            return false;
        }
        // Before the programs, which let nothing pass at a place without an owner.
        Set(point.Place, EndpointOf(container, point.Place));
        if ((_attached.TryGetValue(point.Place, out var known) && known == point) || TryAttach(point))
        {
            if (container.Places.Add(point.Place))
                LogClaimed(point.Place, container.Container.Name);
            return true;
        }
        Remove(point.Place);
        return false;
    }

    /// <summary>Calls of processes in the container's network namespace are the container's.</summary>
    public void ClaimCalls(WatchedContainer container) => kernel.Namespaces.Set(container.Namespace, EndpointOf(container, 0));

    /// <summary>Something that all its places have is another now.</summary>
    public void Renew(WatchedContainer container)
    {
        foreach (var place in container.Places)
            Set(place, EndpointOf(container, place));
    }

    /// <summary>Which bridge packets of the interface may go past; 0 if none.</summary>
    public void PutBridge(uint @interface, uint bridge)
    {
        if (kernel.Endpoints.TryGet(@interface, out var endpoint) && endpoint.Bridge != bridge)
            Set(@interface, endpoint with { Bridge = bridge });
    }

    /// <summary>Whether no programs but ours are on the host's interface.</summary>
    public bool AreAlone(uint @interface) => hooks.AreAlone(@interface);

    /// <summary>Whether the container at the place was put into quarantine, also for an earlier agent.</summary>
    public bool IsInQuarantine(uint place) => kernel.Endpoints.TryGet(place, out var endpoint) && (endpoint.Flags & Endpoint.Quarantined) != 0;

    /// <summary>The container is gone.</summary>
    public void ForgetCalls(WatchedContainer container)
    {
        if (kernel.Namespaces.TryGet(container.Namespace, out var owner) && owner.Container == container.Number)
            kernel.Namespaces.Remove(container.Namespace);
    }

    /// <summary>Nobody of ours is at the place any more: it is left alone.</summary>
    public void Release(uint place)
    {
        // The programs first: without an owner they let nothing pass.
        if (_attached.TryGetValue(place, out var point))
            hooks.Detach(point);
        Forget(place);
    }

    /// <summary>The place is gone.</summary>
    public void Forget(uint place)
    {
        Remove(place);
        if (_attached.Remove(place, out var point))
            hooks.Forget(point);
    }

    /// <summary>Removes what an earlier agent left inside or on control groups, and what nobody has claimed since.</summary>
    /// <param name="containers">The numbers of those that are there.</param>
    public void Sweep(IReadOnlySet<uint> containers)
    {
        foreach (var (cookie, _) in kernel.Namespaces.Entries().Where(entry => !containers.Contains(entry.Value.Container)).ToList())
            kernel.Namespaces.Remove(cookie);
        hooks.Sweep(_attached.Keys);
        foreach (var place in kernel.Endpoints.Keys().Where(place => !Place.IsHostInterface(place) && !_attached.ContainsKey(place)))
            Remove(place);
    }

    /// <summary>Whether something took the programs off the place that they were put on, or put another before them.</summary>
    public bool IsDisturbed(uint place) => _attached.TryGetValue(place, out var point) && !hooks.AreInPlace(point);

    /// <summary>Puts the programs back; false if the place is gone.</summary>
    /// <exception cref="KernelException">The kernel refuses: the place stays on the list.</exception>
    public bool Restore(uint place)
    {
        try
        {
            hooks.Attach(_attached[place]);
            return true;
        }
        catch (KernelException e) when (e.IsGone)
        {
            Forget(place);
            return false;
        }
    }

    private Endpoint EndpointOf(WatchedContainer container, uint place)
    {
        var isGroup = (place & Place.ControlGroup) != 0;
        return new()
        {
            Netns = isGroup ? place : container.Namespace,
            Workload = container.Workload.Value,
            Container = container.Number,
            Flags = (isGroup ? Endpoint.OnHost : 0) | (container.IsInQuarantine ? Endpoint.Quarantined : 0),
            Bridge = kernel.Endpoints.TryGet(place, out var before) ? before.Bridge : 0,
        };
    }

    private void Set(uint place, Endpoint endpoint)
    {
        using var change = kernel.Changes.Begin();
        kernel.Endpoints.Set(place, endpoint);
    }

    private void Remove(uint place)
    {
        using var change = kernel.Changes.Begin();
        kernel.Endpoints.Remove(place);
    }

    private bool TryAttach(WatchPoint point)
    {
        try
        {
            hooks.Attach(point);
            _attached[point.Place] = point;
            return true;
        }
        catch (KernelException e)
        {
            if (!e.IsGone)
                LogNotAttached(e, point.Place);
            _attached.Remove(point.Place);
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "Place {Place} is watched: {Container}")]
    private partial void LogClaimed(uint place, string container);

    [LoggerMessage(2, LogLevel.Error, "Place {Place} cannot be watched.")]
    private partial void LogNotAttached(Exception e, uint place);

    [LoggerMessage(3, LogLevel.Error, "An interface of container {Container} cannot be watched: another container's has its number ({Place}).")]
    private partial void LogAnothers(uint place, string container);
}
