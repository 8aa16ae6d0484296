namespace Bulwark.Model.Workloads;

/// <summary>Knows every workload ever seen, by name, with its stable identity.</summary>
public interface IWorkloadDirectory
{
    /// <summary>The workload that the container is a replica of; a new one gets the next free identity, kept for good.</summary>
    Workload GetOrAdd(Container container);
}
