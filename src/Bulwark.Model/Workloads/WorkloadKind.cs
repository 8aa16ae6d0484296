namespace Bulwark.Model.Workloads;

/// <summary>What made the containers of a workload replicas of one thing.</summary>
public enum WorkloadKind : byte
{
    /// <summary>Compose project and service, from the labels that compose sets.</summary>
    Compose,

    /// <summary>Swarm service.</summary>
    Swarm,

    /// <summary>Kubernetes owner.</summary>
    Kubernetes,

    /// <summary>Same image repository and command.</summary>
    Image,
}
