using Bulwark.Kernel.Native;
using Bulwark.Kernel.Netlink;

namespace Bulwark.Kernel.Attachment;

/// <summary>
/// Puts the packet programs on interfaces: filters of the clsact queueing discipline. They stay when this process ends, and putting
/// newer ones in their place is one step for the kernel: no packet passes between. Filters of others are left alone. Interfaces are those
/// of the calling thread's network namespace.
/// </summary>
public sealed unsafe class TcHooks
{
    // First, so that no other filter's "pass" ends the look-up before ours; ours never says more than "no objection".
    private const uint Priority = 1;
    private const uint Handle = 0xb01;

    private readonly (LibBpf.TcAttachPoint Point, int Program) _sends;
    private readonly (LibBpf.TcAttachPoint Point, int Program) _receives;

    private TcHooks((LibBpf.TcAttachPoint, int) sends, (LibBpf.TcAttachPoint, int) receives) => (_sends, _receives) = (sends, receives);

    /// <summary>For the host's end of a container's veth.</summary>
    public static TcHooks OfHostEnds(KernelPrograms programs) => new(
        (LibBpf.TcAttachPoint.Ingress, programs.Program("from_container")), (LibBpf.TcAttachPoint.Egress, programs.Program("to_container")));

    /// <summary>For an interface inside a container's network namespace.</summary>
    public static TcHooks OfInside(KernelPrograms programs) => new(
        (LibBpf.TcAttachPoint.Egress, programs.Program("device_sends")), (LibBpf.TcAttachPoint.Ingress, programs.Program("device_receives")));

    /// <summary>Puts both programs on the interface, in place of older ones of ours.</summary>
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
            Attach(@interface, _sends.Point, _sends.Program);
            Attach(@interface, _receives.Point, _receives.Program);
        }
        finally
        {
            LibBpfLog.End();
        }
    }

    /// <summary>Whether both programs are on the interface.</summary>
    public static bool AreAttached(uint @interface) =>
        IsAttached(@interface, LibBpf.TcAttachPoint.Ingress) && IsAttached(@interface, LibBpf.TcAttachPoint.Egress);

    /// <summary>Whether any program of ours is on the interface.</summary>
    public static bool IsAnyAttached(uint @interface) =>
        IsAttached(@interface, LibBpf.TcAttachPoint.Ingress) || IsAttached(@interface, LibBpf.TcAttachPoint.Egress);

    /// <summary>Takes our programs off the interface, if they and it are there, and the hook too unless others use it.</summary>
    public static void Detach(uint @interface)
    {
        LibBpfLog.Begin();
        foreach (var point in (ReadOnlySpan<LibBpf.TcAttachPoint>)[LibBpf.TcAttachPoint.Ingress, LibBpf.TcAttachPoint.Egress])
        {
            var hook = Hook(@interface, point);
            var options = Options();
            _ = LibBpf.DetachTc(&hook, &options);
        }
        if (!Interfaces.HasFilters(@interface))
        {
            var hook = Hook(@interface, LibBpf.TcAttachPoint.Ingress | LibBpf.TcAttachPoint.Egress);
            _ = LibBpf.DestroyTcHook(&hook);
        }
        LibBpfLog.End();
    }

    private static void Attach(uint @interface, LibBpf.TcAttachPoint point, int program)
    {
        var hook = Hook(@interface, point);
        var options = Options();
        options.Program = program;
        options.Flags = LibBpf.TcReplace;
        var result = LibBpf.AttachTc(&hook, &options);
        if (result != 0)
            throw new KernelException($"attach to interface {@interface}", -result, LibBpfLog.End());
    }

    private static bool IsAttached(uint @interface, LibBpf.TcAttachPoint point)
    {
        LibBpfLog.Begin();
        var hook = Hook(@interface, point);
        var options = Options();
        var result = LibBpf.QueryTc(&hook, &options);
        LibBpfLog.End();
        return result == 0;
    }

    private static LibBpf.TcHook Hook(uint @interface, LibBpf.TcAttachPoint point) => new()
    {
        Size = LibBpf.SizeOf<LibBpf.TcHook>(),
        Interface = checked((int)@interface),
        AttachPoint = point,
    };

    private static LibBpf.TcOptions Options() => new()
    {
        Size = LibBpf.SizeOf<LibBpf.TcOptions>(),
        Handle = Handle,
        Priority = Priority,
    };
}
