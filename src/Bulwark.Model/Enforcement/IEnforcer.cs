using System.Net;

namespace Bulwark.Model.Enforcement;

/// <summary>
/// What the server tells an agent to do. The agent of the same process implements it; one on another machine gets it over the bus.
/// </summary>
public interface IEnforcer
{
    /// <summary>
    /// Replaces the policy of a workload atomically: no packet sees half of it. If it does not fit, the old one stays and
    /// <see cref="PolicyTooLargeException"/> is thrown.
    /// </summary>
    void Apply(Identity workload, Mode mode, Policy policy);

    /// <summary>Gives an address range outside its identity. A container's or host's own address keeps precedence.</summary>
    void AssignRange(IPNetwork range, Identity identity);

    /// <summary>Takes a range's identity away.</summary>
    void RemoveRange(IPNetwork range);

    /// <summary>Makes the kernel know a host name: answers of DNS for it give addresses this identity.</summary>
    void AssignName(string hostName, Identity identity);

    /// <summary>
    /// New names get identities above this one: those up to it are known names, though the kernel may have forgotten them. Before anything
    /// is watched.
    /// </summary>
    /// <param name="highest">An identity that the kernel gave out earlier, see <see cref="Identity.FirstOwnName"/>.</param>
    void ReserveNames(Identity highest);

    /// <summary>Forgets a workload: its policy and its mode.</summary>
    void Remove(Identity workload);
}

/// <summary>A policy does not fit into the kernel's table; the old one is still in force.</summary>
public sealed class PolicyTooLargeException(Identity workload, int entries, Exception? inner = null)
    : Exception($"The policy of workload {workload} has {entries} entries, which do not fit into the kernel's table; "
        + "the previous policy stays in force.", inner)
{
    public Identity Workload { get; } = workload;

    public int Entries { get; } = entries;
}
