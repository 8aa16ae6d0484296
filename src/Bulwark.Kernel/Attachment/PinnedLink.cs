using System.Runtime.InteropServices;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Attachment;

/// <summary>A program's link to a control group or an interface, kept by a pin: it outlives this process.</summary>
internal static unsafe class PinnedLink
{
    /// <summary>Attaches the program to a control group, in place of an older one under the same pin.</summary>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public static void Attach(KernelPrograms programs, string program, Descriptor cgroup, string pin)
    {
        if (TryReplace(programs, program, pin))
            return;
        LibBpfLog.Begin();
        var link = LibBpf.AttachToCgroup(programs.Find(program), cgroup.Value);
        if (link == 0)
            throw new KernelException($"attach {program} to a control group", Marshal.GetLastPInvokeError(), LibBpfLog.End());
        var result = LibBpf.PinLink(link, pin);
        _ = LibBpf.DestroyLink(link); // The pin keeps it.
        var said = LibBpfLog.End();
        if (result != 0)
            throw new KernelException($"pin {pin}", -result, said);
    }

    /// <summary>Attaches the program to an interface, before all others at that point.</summary>
    /// <exception cref="KernelException">The interface is gone (ENODEV), or the kernel refuses.</exception>
    public static void AttachToInterface(KernelPrograms programs, string program, uint @interface, uint point, string pin)
    {
        var options = new LibBpf.LinkOptions { Size = LibBpf.SizeOf<LibBpf.LinkOptions>(), Flags = LibBpf.BeforeOthers };
        var descriptor = LibBpf.CreateLink(programs.Program(program), (int)@interface, point, &options);
        if (descriptor < 0)
            throw new KernelException($"attach {program} to interface {@interface}", -descriptor);
        using var link = new Descriptor(descriptor); // The pin keeps it.
        var result = LibBpf.Pin(link.Value, pin);
        if (result != 0)
            throw new KernelException($"pin {pin}", -result);
    }

    /// <summary>Takes the program off, at once, and the pin away, if they are there.</summary>
    public static void Detach(string pin)
    {
        using (var link = Open(pin))
        {
            if (link.IsInvalid)
                return;
            _ = LibBpf.DetachLink(link.Value);
        }
        File.Delete(pin);
    }

    /// <summary>Whether there is such a link to the program, and what it is on is still there.</summary>
    public static bool IsLive(KernelPrograms programs, string program, string pin)
    {
        using var link = Open(pin);
        return !link.IsInvalid && KernelObject.LeadsTo(link.Value, KernelObject.IdOfProgram(programs.Program(program)));
    }

    /// <summary>
    /// Puts the program in the place of the one under the pin, in one step for the kernel: nothing passes between. False if there is none.
    /// </summary>
    public static bool TryReplace(KernelPrograms programs, string program, string pin)
    {
        using var link = Open(pin);
        if (link.IsInvalid)
            return false;
        if (LibBpf.UpdateLink(link.Value, programs.Program(program), null) == 0)
            return true;
        // What it was on is gone, or it was detached: the link is dead.
        File.Delete(pin);
        return false;
    }

    private static Descriptor Open(string pin)
    {
        LibBpfLog.Begin();
        var link = LibBpf.OpenPinned(pin);
        LibBpfLog.End();
        return new(link < 0 ? -1 : link);
    }
}
