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
            PinnedLink.Attach(programs, program, cgroup, Path.Combine(pinRoot, "link_" + program));
    }
}
