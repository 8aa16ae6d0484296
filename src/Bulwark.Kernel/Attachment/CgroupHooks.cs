using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Attachment;

/// <summary>Puts the socket programs on the root of the cgroup hierarchy. Their links are pinned and outlive this process.</summary>
/// <param name="cgroupRoot">Where the cgroup v2 hierarchy is mounted.</param>
public sealed class CgroupHooks(KernelPrograms programs, string pinRoot, string cgroupRoot)
{
    private static readonly string[] s_programs =
    [
        "connect_ipv4", "connect_ipv6", "send_ipv4", "send_ipv6", "bind_ipv4", "bind_ipv6",
        "named_ipv4", "named_ipv6", "received_ipv4", "received_ipv6",
    ];

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
        var gone = s_programs.Where(program => !PinnedLink.IsLive(programs, program, PinOf(program))).ToList();
        gone.ForEach(Attach);
        return gone.Count;
    }

    private void Attach(string program)
    {
        using var cgroup = Descriptor.Open(cgroupRoot, LibC.OpenDirectory);
        PinnedLink.Attach(programs, program, cgroup, PinOf(program));
    }

    private string PinOf(string program) => LinkPin.PathOf(pinRoot, program);
}
