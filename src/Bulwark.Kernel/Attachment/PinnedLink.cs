using System.Runtime.InteropServices;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Attachment;

/// <summary>A program's link to a control group, kept by a pin: it outlives this process.</summary>
internal static unsafe class PinnedLink
{
    /// <summary>Attaches the program, in place of an older one under the same pin.</summary>
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

    /// <summary>Whether there is such a link to the program, and what it is on is still there.</summary>
    public static bool IsLive(KernelPrograms programs, string program, string pin)
    {
        using var link = Open(pin);
        return !link.IsInvalid && KernelObject.LeadsTo(link.Value, KernelObject.IdOfProgram(programs.Program(program)));
    }

    // In one step for the kernel: nothing passes between the old program and the new.
    private static bool TryReplace(KernelPrograms programs, string program, string pin)
    {
        using var link = Open(pin);
        if (link.IsInvalid)
            return false;
        if (LibBpf.UpdateLink(link.Value, programs.Program(program), null) == 0)
            return true;
        // Its control group is gone, or it was detached: the link is dead.
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
