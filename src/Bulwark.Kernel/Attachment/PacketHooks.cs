namespace Bulwark.Kernel.Attachment;

/// <summary>
/// Puts the packet programs on interfaces, where they stay when this process ends: by tcx where the kernel has it, else as filters of clsact.
/// Putting newer ones in their place is one step for the kernel: no packet passes between. Programs of others are left alone.
/// Interfaces are those of the calling thread's network namespace.
/// </summary>
public sealed class PacketHooks
{
    private readonly ClsactHooks _clsact;
    private readonly TcxHooks? _tcx;

    private PacketHooks(ClsactHooks clsact, TcxHooks? tcx) => (_clsact, _tcx) = (clsact, tcx);

    /// <summary>Whether the kernel has tcx.</summary>
    public static bool HasTcx => TcxHooks.IsThere;

    /// <summary>For the host's end of a container's veth.</summary>
    public static PacketHooks OfHostEnds(KernelPrograms programs, string pinRoot, bool useTcx) =>
        new(ClsactHooks.OfHostEnds(programs), useTcx ? TcxHooks.OfHostEnds(programs, pinRoot) : null);

    /// <summary>For an interface inside a container's network namespace.</summary>
    public static PacketHooks OfInside(KernelPrograms programs, string pinRoot, bool useTcx) =>
        new(ClsactHooks.OfInside(programs), useTcx ? TcxHooks.OfInside(programs, pinRoot) : null);

    /// <summary>Puts both programs on the interface, before all others, in place of older ones of ours.</summary>
    /// <exception cref="KernelException">The interface is gone (ENODEV), or the kernel refuses.</exception>
    public void Attach(uint @interface)
    {
        if (_tcx is null)
        {
            _clsact.Attach(@interface);
            return;
        }
        if (!_tcx.TryReplace(@interface))
        {
            if (_tcx.IsAnyAttached(@interface))
                StandIn(@interface);
            _tcx.Attach(@interface);
        }
        // Those of a moment ago, or of a version without tcx.
        if (ClsactHooks.IsAnyAttached(@interface))
            ClsactHooks.Detach(@interface);
    }

    /// <summary>Whether both programs are on the interface and the first to see its packets.</summary>
    public bool AreInPlace(uint @interface) => _tcx?.AreInPlace(@interface) ?? _clsact.AreInPlace(@interface);

    /// <summary>Whether nobody else's program sees its packets: those of a queueing discipline's filters, and of tcx.</summary>
    public bool AreAlone(uint @interface) => _tcx is null ? _clsact.AreAlone(@interface) : _tcx.AreAlone(@interface) && !Netlink.Interfaces.HasFilters(@interface);

    /// <summary>Takes the programs off the interface, if they and it are there.</summary>
    public void Detach(uint @interface)
    {
        _tcx?.Detach(@interface);
        ClsactHooks.Detach(@interface);
    }

    /// <summary>Lets go of an interface that is gone, or in another network namespace.</summary>
    public void Forget(uint @interface) => _tcx?.Detach(@interface);

    /// <summary>Takes off what an earlier process put on interfaces that are none of these.</summary>
    /// <param name="places">Indices, with the bit <see cref="Layout.Place.Inside"/> for those inside network namespaces.</param>
    public static void Sweep(string pinRoot, IReadOnlyCollection<uint> places) => TcxHooks.Sweep(pinRoot, places);

    /// <summary>Whether programs of ours are on the interface that no pin tells of.</summary>
    public static bool HasFilters(uint @interface) => ClsactHooks.IsAnyAttached(@interface);

    /// <summary>Takes those off.</summary>
    public static void DetachFilters(uint @interface) => ClsactHooks.Detach(@interface);

    // Filters judge while the programs get before those of others: tcx has no way to move a program.
    private void StandIn(uint @interface)
    {
        try
        {
            _clsact.Attach(@interface);
        }
        catch (KernelException e) when (!e.IsGone)
        {
            // The queueing discipline is somebody's: then packets pass for some microseconds.
        }
    }
}
