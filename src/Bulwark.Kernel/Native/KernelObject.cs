namespace Bulwark.Kernel.Native;

/// <summary>What the kernel tells of programs and links by their descriptors.</summary>
internal static unsafe class KernelObject
{
    /// <summary>The kernel's number of a program.</summary>
    public static uint IdOfProgram(int program)
    {
        var information = stackalloc uint[2]; // the start of struct bpf_prog_info: type, id
        return Ask(program, information, 2 * sizeof(uint)) ? information[1] : 0;
    }

    /// <summary>Whether a link to a control group is alive and leads to the program.</summary>
    public static bool LeadsTo(int link, uint program)
    {
        const int Type = 0, Program = 2, Group = 4; // struct bpf_link_info, in words
        const uint ToControlGroup = 3; // BPF_LINK_TYPE_CGROUP
        var information = stackalloc uint[8];
        // A link that was detached has no control group any more.
        return Ask(link, information, 8 * sizeof(uint)) && information[Type] == ToControlGroup && information[Program] == program &&
            (information[Group] | information[Group + 1]) != 0;
    }

    private static bool Ask(int descriptor, uint* information, uint size)
    {
        new Span<byte>(information, (int)size).Clear();
        return LibBpf.ObjectInformation(descriptor, information, &size) == 0;
    }
}
