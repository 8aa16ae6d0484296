using Bulwark.Agent.Enforcement;
using Bulwark.Kernel;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Netlink;
using Bulwark.Model;

namespace Bulwark.Agent.Hosts;

/// <summary>Keeps the kernel's table of whose which address is. Belongs to the host loop.</summary>
internal sealed class AddressBook(KernelPrograms kernel, PolicyTable policies)
{
    private HashSet<MappedAddress> _hosts = [];

    /// <summary>The container has these addresses now, and no others.</summary>
    public void Put(WatchedContainer container, IReadOnlyCollection<MappedAddress> addresses)
    {
        var owner = new Owner { Identity = container.Workload.Value, Container = container.Number };
        var changed = false;
        foreach (var address in addresses)
        {
            if (kernel.Addresses.TryGet(address, out var known) && known == owner)
                continue;
            kernel.Addresses.Set(address, owner);
            changed = true;
        }
        foreach (var address in container.Addresses)
        {
            if (!addresses.Contains(address))
                changed |= RemoveOwn(address, container.Number);
        }
        container.Addresses.Clear();
        container.Addresses.UnionWith(addresses);
        if (changed)
            policies.AddressesChanged();
    }

    /// <summary>Reads the host's own addresses anew.</summary>
    public void ReadHost()
    {
        var wanted = new Dictionary<MappedAddress, Identity>();
        foreach (var address in Interfaces.Addresses())
        {
            wanted[MappedAddress.From(address.Address)] = Identity.Host;
            if (address.Broadcast is { } broadcast && !broadcast.Equals(address.Address))
                wanted.TryAdd(MappedAddress.From(broadcast), Identity.Multicast);
        }
        var changed = false;
        foreach (var (address, identity) in wanted)
        {
            var owner = new Owner { Identity = identity.Value };
            if (kernel.Addresses.TryGet(address, out var known) && (known == owner || known.Container != 0))
                continue;
            kernel.Addresses.Set(address, owner);
            changed = true;
        }
        foreach (var address in _hosts)
        {
            if (!wanted.ContainsKey(address))
                changed |= RemoveOwn(address, 0);
        }
        _hosts = [.. wanted.Keys];
        if (changed)
            policies.AddressesChanged();
    }

    /// <summary>Removes what an earlier agent left and nobody has any more.</summary>
    public void Sweep(IReadOnlySet<uint> containers)
    {
        var changed = false;
        foreach (var (address, owner) in kernel.Addresses.Entries().ToList())
        {
            if (owner.Container == 0 ? !_hosts.Contains(address) : !containers.Contains(owner.Container))
                changed |= kernel.Addresses.Remove(address);
        }
        if (changed)
            policies.AddressesChanged();
    }

    // An address that has another owner by now is left alone.
    private bool RemoveOwn(MappedAddress address, uint container) =>
        kernel.Addresses.TryGet(address, out var owner) && owner.Container == container && kernel.Addresses.Remove(address);
}
