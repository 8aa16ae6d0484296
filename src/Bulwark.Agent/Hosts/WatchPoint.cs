using Bulwark.Kernel;
using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Namespaces;

namespace Bulwark.Agent.Hosts;

/// <summary>Where the kernel programs see a container's packets.</summary>
/// <param name="Place">Its number in the kernel's tables, see <see cref="Kernel.Layout.Place"/>.</param>
internal abstract record WatchPoint(uint Place)
{
    /// <summary>The host's end of a veth.</summary>
    public sealed record HostEnd(uint Interface) : WatchPoint(Interface);

    /// <summary>An interface without an end on the host: macvlan, ipvlan, overlay.</summary>
    /// <param name="Interface">Its index in the container's network namespace.</param>
    /// <param name="Namespace">A file of that namespace.</param>
    /// <param name="Cookie">The namespace's cookie: the file may be another's by now.</param>
    public sealed record InsideInterface(uint Interface, string Namespace, ulong Cookie) : WatchPoint(Kernel.Layout.Place.Inside | Interface);

    /// <summary>The control group of a container on the host's network.</summary>
    /// <param name="Path">In the mounted hierarchy of version 2.</param>
    public sealed record ControlGroup(uint Place, string Path) : WatchPoint(Place);
}

/// <summary>Puts the programs on watch points of every kind.</summary>
/// <param name="useTcx">Else filters of clsact.</param>
internal sealed class WatchHooks(KernelPrograms programs, string pinRoot, bool useTcx)
{
    private readonly PacketHooks _hostEnds = PacketHooks.OfHostEnds(programs, pinRoot, useTcx);
    private readonly PacketHooks _inside = PacketHooks.OfInside(programs, pinRoot, useTcx);

    public ControlGroupHooks ControlGroups { get; } = new(programs, pinRoot);

    /// <summary>Puts the programs there, in place of older ones of ours.</summary>
    /// <exception cref="KernelException">It is gone, or the kernel refuses.</exception>
    public void Attach(WatchPoint point)
    {
        switch (point)
        {
            case WatchPoint.HostEnd host:
                _hostEnds.Attach(host.Interface);
                break;
            case WatchPoint.InsideInterface inside:
                Inside(inside, () =>
                {
                    _inside.Attach(inside.Interface);
                    return true;
                });
                break;
            case WatchPoint.ControlGroup group:
                ControlGroups.Attach(group.Place, group.Path);
                break;
        }
    }

    /// <summary>Whether the programs are there, and the first to see a packet.</summary>
    public bool AreInPlace(WatchPoint point) => point switch
    {
        WatchPoint.HostEnd host => _hostEnds.AreInPlace(host.Interface),
        WatchPoint.InsideInterface inside => IfThere(() => Inside(inside, () => _inside.AreInPlace(inside.Interface))),
        _ => ControlGroups.AreAttached(point.Place),
    };

    /// <summary>Whether they are there, and nobody else's.</summary>
    /// <param name="interface">A host's.</param>
    public bool AreAlone(uint @interface) => _hostEnds.AreAlone(@interface);

    /// <summary>Takes the programs off, if they and it are there.</summary>
    public void Detach(WatchPoint point)
    {
        Forget(point);
        switch (point)
        {
            case WatchPoint.HostEnd host:
                PacketHooks.DetachFilters(host.Interface);
                break;
            case WatchPoint.InsideInterface inside:
                IfThere(() => Inside(inside, () =>
                {
                    PacketHooks.DetachFilters(inside.Interface);
                    return true;
                }));
                break;
        }
    }

    /// <summary>The place is gone: nothing of it is to be left.</summary>
    public void Forget(WatchPoint point)
    {
        switch (point)
        {
            case WatchPoint.HostEnd host:
                _hostEnds.Forget(host.Interface);
                break;
            case WatchPoint.InsideInterface inside:
                _inside.Forget(inside.Interface);
                break;
            case WatchPoint.ControlGroup group:
                ControlGroups.Detach(group.Place);
                break;
        }
    }

    /// <summary>Takes off what an earlier agent put at places that are none of these.</summary>
    public void Sweep(IReadOnlyCollection<uint> places)
    {
        PacketHooks.Sweep(pinRoot, places);
        foreach (var place in ControlGroups.Places().Where(place => !places.Contains(place)))
            ControlGroups.Detach(place);
    }

    private static bool Inside(WatchPoint.InsideInterface point, Func<bool> work) => NetworkNamespace.Run(
        point.Namespace, () => NetworkNamespace.OwnCookie() == point.Cookie ? work() : throw KernelException.Gone($"find interface {point.Interface}"));

    private static bool IfThere(Func<bool> work)
    {
        try
        {
            return work();
        }
        catch (KernelException)
        {
            return false;
        }
    }
}
