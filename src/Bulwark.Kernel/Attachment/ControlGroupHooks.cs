using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Attachment;

/// <summary>
/// Puts the programs for packets and calls on the control groups of containers that share the host's network. Their links are pinned and outlive this
/// process; the kernel ends them with the control group.
/// </summary>
public sealed class ControlGroupHooks(KernelPrograms programs, string pinRoot)
{
    private static readonly string[] s_programs =
    [
        "cgroup_sends", "cgroup_receives", "cgroup_connect_ipv4", "cgroup_connect_ipv6", "cgroup_send_ipv4", "cgroup_send_ipv6",
        "cgroup_bind_ipv4", "cgroup_bind_ipv6",
    ];

    /// <summary>Attaches all, in place of older ones of ours, and tells them which place they are at.</summary>
    /// <param name="place">With the bit <see cref="Place.ControlGroup"/>.</param>
    /// <param name="path">The control group, in the mounted hierarchy of version 2.</param>
    /// <exception cref="KernelException">It is gone, or the kernel refuses.</exception>
    public void Attach(uint place, string path)
    {
        using var cgroup = Descriptor.Open(path, LibC.OpenDirectory);
        foreach (var program in s_programs)
            PinnedLink.Attach(programs, program, cgroup, Pin(place, program));
        if (CgroupHierarchy.IdOf(path) is { } id)
            programs.ControlGroupPlaces.Set(id, place);
    }

    /// <summary>The place that the control group is, by this process or an earlier one; 0 if none.</summary>
    public uint PlaceOf(string path) =>
        CgroupHierarchy.IdOf(path) is { } id && programs.ControlGroupPlaces.TryGet(id, out var place) ? place : 0;

    /// <summary>Whether all programs are on a control group that is still there.</summary>
    public bool AreAttached(uint place) => s_programs.All(program => PinnedLink.IsLive(programs, program, Pin(place, program)));

    /// <summary>Takes the programs off.</summary>
    public void Detach(uint place)
    {
        foreach (var program in s_programs)
            File.Delete(Pin(place, program));
    }

    /// <summary>The places that have links, those of earlier processes too.</summary>
    public IReadOnlySet<uint> Places() =>
        LinkPin.In(pinRoot).Where(pin => pin.Kind == LinkPin.ControlGroup && pin.Place != 0).Select(pin => pin.Place).ToHashSet();

    private string Pin(uint place, string program) => LinkPin.PathOf(pinRoot, LinkPin.ControlGroup, place, program);
}
