using Bulwark.Kernel.Layout;
using Bulwark.Model;
using Bulwark.Model.Workloads;

namespace Bulwark.Agent.Hosts;

/// <summary>A container with what the kernel knows of it. Belongs to the host loop.</summary>
internal sealed class WatchedContainer(Container container, Identity workload, uint number)
{
    public Container Container { get; set; } = container;

    public Identity Workload { get; set; } = workload;

    /// <summary>The owner of its addresses, in the kernel.</summary>
    public uint Number { get; } = number;

    /// <summary>The cookie of its network namespace; 0 while it is not known.</summary>
    public ulong Namespace { get; set; }

    /// <summary>No packet of it passes, whatever its profile says.</summary>
    public bool IsInQuarantine { get; set; }

    public HashSet<MappedAddress> Addresses { get; } = [];

    /// <summary>Where its packets are judged.</summary>
    public HashSet<uint> Places { get; } = [];
}
