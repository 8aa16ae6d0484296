using Bulwark.Kernel.Layout;
using Bulwark.Model;
using Bulwark.Runtimes;

namespace Bulwark.Agent.Hosts;

/// <summary>
/// Whose the virtual addresses of services are: who asks there, asks the workload that the service's containers are replicas of. An
/// address stays its workload's while the service has no container on this host. Belongs to the host loop.
/// </summary>
internal sealed class ServiceAddresses
{
    private Dictionary<MappedAddress, Identity> _known = [];

    /// <summary>
    /// The workloads by the virtual addresses of the networks' services; those of which no container was ever here are left out. And the host,
    /// by the addresses from which it hands on what is asked there.
    /// </summary>
    /// <param name="networks">All networks.</param>
    /// <param name="workloadAt">The workload of the container on this host that has the address; null if none has.</param>
    public IReadOnlyDictionary<MappedAddress, Identity> Read(IReadOnlyCollection<RuntimeNetwork> networks, Func<MappedAddress, Identity?> workloadAt)
    {
        var read = new Dictionary<MappedAddress, Identity>();
        foreach (var balancer in networks.SelectMany(n => n.Balancers))
            read[MappedAddress.From(balancer)] = Identity.Host;
        foreach (var service in networks.SelectMany(n => n.Services))
        {
            var address = MappedAddress.From(service.Address);
            if (service.Tasks.Select(task => workloadAt(MappedAddress.From(task))).FirstOrDefault(workload => workload is not null) is { } workload)
                read[address] = workload;
            else if (_known.TryGetValue(address, out var earlier))
                read[address] = earlier;
        }
        return _known = read;
    }
}
