using System.Runtime.InteropServices;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Attachment;

/// <summary>Puts the socket programs on the root of the cgroup hierarchy. Their links are pinned and outlive this process.</summary>
public sealed class CgroupHooks(KernelPrograms programs, string pinRoot)
{
    private static readonly string[] s_programs = ["connect_ipv4", "connect_ipv6", "send_ipv4", "send_ipv6", "bind_ipv4", "bind_ipv6"];

    /// <summary>The names of the socket programs.</summary>
    public static IReadOnlyList<string> Programs => s_programs;

    /// <summary>Attaches all, in place of older ones of ours.</summary>
    /// <param name="cgroupRoot">Where the cgroup v2 hierarchy is mounted.</param>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public void Attach(string cgroupRoot)
    {
        using var cgroup = Descriptor.Open(cgroupRoot, LibC.OpenDirectory);
        foreach (var program in s_programs)
        {
            var pin = Path.Combine(pinRoot, "link_" + program);
            if (!TryReplace(pin, program))
                Attach(cgroup, program, pin);
        }
    }

    // In one step for the kernel: no call passes between the old program and the new.
    private bool TryReplace(string pin, string program)
    {
        LibBpfLog.Begin();
        try
        {
            var link = LibBpf.OpenPinned(pin);
            if (link < 0)
                return false;
            using var owned = new Descriptor(link);
            unsafe
            {
                if (LibBpf.UpdateLink(link, programs.Program(program), null) == 0)
                    return true;
            }
            // Its cgroup is gone, so the link is dead.
            File.Delete(pin);
            return false;
        }
        finally
        {
            LibBpfLog.End();
        }
    }

    private void Attach(Descriptor cgroup, string program, string pin)
    {
        LibBpfLog.Begin();
        var link = LibBpf.AttachToCgroup(programs.Find(program), cgroup.Value);
        if (link == 0)
            throw new KernelException($"attach {program} to the cgroup hierarchy", Marshal.GetLastPInvokeError(), LibBpfLog.End());
        var result = LibBpf.PinLink(link, pin);
        _ = LibBpf.DestroyLink(link); // The pin keeps it.
        var said = LibBpfLog.End();
        if (result != 0)
            throw new KernelException($"pin {pin}", -result, said);
    }
}
