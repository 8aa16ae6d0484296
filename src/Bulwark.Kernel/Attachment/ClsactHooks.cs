using Bulwark.Kernel.Native;
using Bulwark.Kernel.Netlink;

namespace Bulwark.Kernel.Attachment;

/// <summary>
/// Puts the packet programs on interfaces: filters of the clsact queueing discipline. They stay when this process ends, and putting
/// newer ones in their place is one step for the kernel: no packet passes between. Filters of others are left alone. Interfaces are those
/// of the calling thread's network namespace.
/// </summary>
internal sealed unsafe class ClsactHooks
{
    // First, so that no other filter's "pass" ends the look-up before ours; ours never says more than "no objection".
    private const uint Priority = 1;

    // Ours are the filters of that priority with these handles. The newest is the first to see a packet, so ours gets before another's
    // by a further handle: it is there before the old one goes.
    private const uint FirstHandle = 0xb01;
    private const uint LastHandle = 0xb0f;

    private readonly Side _sends;
    private readonly Side _receives;

    private ClsactHooks(Side sends, Side receives) => (_sends, _receives) = (sends, receives);

    /// <summary>For the host's end of a container's veth.</summary>
    public static ClsactHooks OfHostEnds(KernelPrograms programs) =>
        new(Side.Ingress(programs.Program("from_container")), Side.Egress(programs.Program("to_container")));

    /// <summary>For an interface inside a container's network namespace.</summary>
    public static ClsactHooks OfInside(KernelPrograms programs) =>
        new(Side.Egress(programs.Program("device_sends")), Side.Ingress(programs.Program("device_receives")));

    /// <summary>Puts both programs on the interface, before all others, in place of older ones of ours.</summary>
    /// <exception cref="KernelException">The interface is gone (ENODEV), or the kernel refuses.</exception>
    public void Attach(uint @interface)
    {
        LibBpfLog.Begin();
        try
        {
            var hook = Hook(@interface, LibBpf.TcAttachPoint.Ingress | LibBpf.TcAttachPoint.Egress);
            var result = LibBpf.CreateTcHook(&hook);
            if (result is not (0 or -Errno.Exists))
                throw new KernelException($"make a hook on interface {@interface}", -result, LibBpfLog.End());
            // A container that receives may answer: what it sends is watched first.
            Attach(@interface, _sends);
            // The queueing discipline 'ingress' takes clsact's place, and has one side only.
            if (result != 0 && Interfaces.Filters(@interface, _receives.Parent).Any(f => f.Program == _sends.ProgramId))
            {
                Detach(@interface);
                throw new KernelException($"attach to interface {@interface}", 0, "its queueing discipline is not clsact: remove it with 'tc qdisc del dev … ingress'");
            }
            Attach(@interface, _receives);
        }
        finally
        {
            LibBpfLog.End();
        }
    }

    /// <summary>Whether both programs are on the interface and the first to see its packets.</summary>
    public bool AreInPlace(uint @interface) => IsInPlace(@interface, _sends) && IsInPlace(@interface, _receives);

    /// <summary>Whether both programs are on the interface, and no other filter.</summary>
    public bool AreAlone(uint @interface) => AreInPlace(@interface)
        && Interfaces.Filters(@interface, _sends.Parent).Count == 1 && Interfaces.Filters(@interface, _receives.Parent).Count == 1;

    /// <summary>Whether any program of ours is on the interface.</summary>
    public static bool IsAnyAttached(uint @interface) =>
        Interfaces.Filters(@interface, NetlinkMessage.ClsactIngress).Any(IsOurs) || Interfaces.Filters(@interface, NetlinkMessage.ClsactEgress).Any(IsOurs);

    /// <summary>Takes our programs off the interface, if they and it are there, and the hook too unless others use it.</summary>
    public static void Detach(uint @interface)
    {
        LibBpfLog.Begin();
        foreach (var (point, parent) in ((LibBpf.TcAttachPoint, uint)[])
            [(LibBpf.TcAttachPoint.Ingress, NetlinkMessage.ClsactIngress), (LibBpf.TcAttachPoint.Egress, NetlinkMessage.ClsactEgress)])
        {
            foreach (var filter in Interfaces.Filters(@interface, parent).Where(IsOurs))
                Detach(@interface, point, filter.Handle);
        }
        if (!Interfaces.HasFilters(@interface))
        {
            var hook = Hook(@interface, LibBpf.TcAttachPoint.Ingress | LibBpf.TcAttachPoint.Egress);
            _ = LibBpf.DestroyTcHook(&hook);
        }
        LibBpfLog.End();
    }

    private static void Attach(uint @interface, Side side)
    {
        var filters = Interfaces.Filters(@interface, side.Parent);
        var handle = filters.Count > 0 && IsOurs(filters[0]) ? filters[0].Handle : FreeHandle(filters);
        var hook = Hook(@interface, side.Point);
        var options = Options(handle);
        options.Program = side.Program;
        options.Flags = LibBpf.TcReplace;
        var result = LibBpf.AttachTc(&hook, &options);
        if (result != 0)
            throw new KernelException($"attach to interface {@interface}", -result, LibBpfLog.End());
        foreach (var filter in filters.Where(f => IsOurs(f) && f.Handle != handle))
            Detach(@interface, side.Point, filter.Handle);
    }

    private static uint FreeHandle(IReadOnlyList<Filter> filters)
    {
        var handle = FirstHandle;
        while (handle < LastHandle && filters.Any(f => IsOurs(f) && f.Handle == handle))
            handle++;
        return handle;
    }

    private static void Detach(uint @interface, LibBpf.TcAttachPoint point, uint handle)
    {
        var hook = Hook(@interface, point);
        var options = Options(handle);
        _ = LibBpf.DetachTc(&hook, &options);
    }

    private static bool IsInPlace(uint @interface, Side side) =>
        Interfaces.Filters(@interface, side.Parent) is [var first, ..] && IsOurs(first) && first.Program == side.ProgramId;

    private static bool IsOurs(Filter filter) => filter is { Priority: Priority, Handle: >= FirstHandle and <= LastHandle };

    private static LibBpf.TcHook Hook(uint @interface, LibBpf.TcAttachPoint point) => new()
    {
        Size = LibBpf.SizeOf<LibBpf.TcHook>(),
        Interface = checked((int)@interface),
        AttachPoint = point,
    };

    private static LibBpf.TcOptions Options(uint handle) => new()
    {
        Size = LibBpf.SizeOf<LibBpf.TcOptions>(),
        Handle = handle,
        Priority = Priority,
    };

    private sealed record Side(LibBpf.TcAttachPoint Point, uint Parent, int Program)
    {
        public uint ProgramId { get; } = KernelObject.IdOfProgram(Program);

        public static Side Ingress(int program) => new(LibBpf.TcAttachPoint.Ingress, NetlinkMessage.ClsactIngress, program);

        public static Side Egress(int program) => new(LibBpf.TcAttachPoint.Egress, NetlinkMessage.ClsactEgress, program);
    }
}
