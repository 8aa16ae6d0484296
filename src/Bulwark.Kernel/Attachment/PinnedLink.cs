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

    /// <summary>Whether there is such a link, and what it goes to is still there.</summary>
    public static bool IsLive(string pin)
    {
        LibBpfLog.Begin();
        try
        {
            var link = LibBpf.OpenPinned(pin);
            if (link < 0)
                return false;
            using var owned = new Descriptor(link);
            Information information;
            var size = (uint)sizeof(Information);
            return LibBpf.ObjectInformation(link, &information, &size) == 0 && information.ControlGroup != 0;
        }
        finally
        {
            LibBpfLog.End();
        }
    }

    // In one step for the kernel: nothing passes between the old program and the new.
    private static bool TryReplace(KernelPrograms programs, string program, string pin)
    {
        LibBpfLog.Begin();
        try
        {
            var link = LibBpf.OpenPinned(pin);
            if (link < 0)
                return false;
            using var owned = new Descriptor(link);
            if (LibBpf.UpdateLink(link, programs.Program(program), null) == 0)
                return true;
            // Its control group is gone, so the link is dead.
            File.Delete(pin);
            return false;
        }
        finally
        {
            LibBpfLog.End();
        }
    }

    /// <summary>The start of <c>struct bpf_link_info</c> (linux/bpf.h), as it is for a control group.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Information
    {
        public uint Type;
        public uint Id;
        public uint ProgramId;
        public uint Pad;
        public ulong ControlGroup;
        public uint AttachType;
        public uint Pad2;
    }
}
