using System.Runtime.InteropServices;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Attachment;

/// <summary>Puts the socket programs on the root of the cgroup hierarchy. Their links are pinned and outlive this process.</summary>
/// <param name="cgroupRoot">Where the cgroup v2 hierarchy is mounted.</param>
public sealed class CgroupHooks(KernelPrograms programs, string pinRoot, string cgroupRoot)
{
    private static readonly string[] s_programs = ["connect_ipv4", "connect_ipv6", "send_ipv4", "send_ipv6", "bind_ipv4", "bind_ipv6"];

    /// <summary>The names of the socket programs.</summary>
    public static IReadOnlyList<string> Programs => s_programs;

    /// <summary>Attaches all, in place of older ones of ours.</summary>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public void Attach()
    {
        foreach (var program in s_programs)
            Attach(program);
    }

    /// <summary>Attaches those again that something else took away; how many it was.</summary>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public int Restore()
    {
        var gone = s_programs.Where(program => !IsAttached(program)).ToList();
        gone.ForEach(Attach);
        return gone.Count;
    }

    private void Attach(string program)
    {
        var pin = PinOf(program);
        if (!TryReplace(pin, program))
            Attach(program, pin);
    }

    private bool IsAttached(string program)
    {
        using var link = OpenPin(PinOf(program));
        return !link.IsInvalid && KernelObject.LeadsTo(link.Value, KernelObject.IdOfProgram(programs.Program(program)));
    }

    // In one step for the kernel: no call passes between the old program and the new.
    private bool TryReplace(string pin, string program)
    {
        using var link = OpenPin(pin);
        if (link.IsInvalid)
            return false;
        unsafe
        {
            if (LibBpf.UpdateLink(link.Value, programs.Program(program), null) == 0)
                return true;
        }
        // Its cgroup is gone, or it was detached: the link is dead.
        File.Delete(pin);
        return false;
    }

    private static Descriptor OpenPin(string pin)
    {
        LibBpfLog.Begin();
        var link = LibBpf.OpenPinned(pin);
        LibBpfLog.End();
        return new(link < 0 ? -1 : link);
    }

    private void Attach(string program, string pin)
    {
        using var cgroup = Descriptor.Open(cgroupRoot, LibC.OpenDirectory);
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

    private string PinOf(string program) => Path.Combine(pinRoot, "link_" + program);
}
