using Bulwark.Kernel;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Netlink;
using Bulwark.Model;

namespace Bulwark.Agent.Hosts;

/// <summary>Keeps the kernel's table of whose which address is. Belongs to the host loop.</summary>
internal sealed class AddressBook(KernelPrograms kernel)
{
    private HashSet<MappedAddress> _hosts = [];
    private HashSet<MappedAddress> _services = [];

    /// <summary>The container has these addresses now, and no others.</summary>
    public void Put(WatchedContainer container, IReadOnlyCollection<MappedAddress> addresses)
    {
        var owner = new Owner { Identity = container.Workload.Value, Container = container.Number };
        foreach (var address in addresses)
        {
            if (!kernel.Addresses.TryGet(address, out var known) || known != owner)
                Set(address, owner);
        }
        foreach (var address in container.Addresses)
        {
            if (!addresses.Contains(address))
                RemoveOwn(address, container.Number);
        }
        container.Addresses.Clear();
        container.Addresses.UnionWith(addresses);
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
        foreach (var (address, identity) in wanted)
        {
            var owner = new Owner { Identity = identity.Value };
            if (!kernel.Addresses.TryGet(address, out var known) || (known != owner && known.Container == 0))
                Set(address, owner);
        }
        foreach (var address in _hosts)
        {
            if (!wanted.ContainsKey(address))
                RemoveOwn(address, 0);
        }
        _hosts = [.. wanted.Keys];
    }

    /// <summary>The workload of the container that has the address for its own; null if none has.</summary>
    public Identity? WorkloadAt(MappedAddress address) =>
        kernel.Addresses.TryGet(address, out var owner) && owner.Container != 0 ? new(owner.Identity) : null;

    /// <summary>Addresses of services and of their balancers, which are no container's own; those told before and not now are nobody's.</summary>
    public void PutServices(IReadOnlyDictionary<MappedAddress, Identity> identities)
    {
        foreach (var (address, identity) in identities)
        {
            var owner = new Owner { Identity = identity.Value };
            // What a container or the host has for its own comes before.
            if (!kernel.Addresses.TryGet(address, out var known) || (known != owner && known.Container == 0 && !_hosts.Contains(address)))
                Set(address, owner);
        }
        foreach (var address in _services)
        {
            if (!identities.ContainsKey(address) && !_hosts.Contains(address))
                RemoveOwn(address, 0);
        }
        _services = [.. identities.Keys];
    }

    /// <summary>Removes what an earlier agent left and nobody has any more.</summary>
    public void Sweep(IReadOnlySet<uint> containers)
    {
        foreach (var (address, owner) in kernel.Addresses.Entries().ToList())
        {
            if (owner.Container == 0 ? !_hosts.Contains(address) && !_services.Contains(address) : !containers.Contains(owner.Container))
                Remove(address);
        }
    }

    // An address that has another owner by now is left alone.
    private void RemoveOwn(MappedAddress address, uint container)
    {
        if (kernel.Addresses.TryGet(address, out var owner) && owner.Container == container)
            Remove(address);
    }

    private void Set(MappedAddress address, Owner owner)
    {
        using var change = kernel.Changes.Begin();
        kernel.Addresses.Set(address, owner);
    }

    private void Remove(MappedAddress address)
    {
        using var change = kernel.Changes.Begin();
        kernel.Addresses.Remove(address);
    }
}
