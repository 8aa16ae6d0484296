namespace Bulwark.Model.Workloads;

/// <summary>The set of containers that are replicas of one thing.</summary>
/// <param name="Identity">Its stable number.</param>
/// <param name="Name">Its unique name: <c>project/service</c> for compose, else a name made from service or image.</param>
/// <param name="Kind">What made its containers replicas of one thing.</param>
public sealed record Workload(Identity Identity, string Name, WorkloadKind Kind)
{
    /// <summary>The compose project, swarm stack or Kubernetes namespace; empty if there is none.</summary>
    public string Project { get; init; } = "";

    /// <summary>The image that its newest container runs.</summary>
    public string Image { get; init; } = "";

    public Peer Peer => Peer.Workload(Name);
}
