using System.Collections.Concurrent;
using System.Net;
using Bulwark.Model;
using Bulwark.Model.Enforcement;
using Bulwark.Model.Observations;

namespace Bulwark.Server.Tests.Harness;

/// <summary>An agent that remembers what it was told, in order.</summary>
public sealed class FakeAgent : IAgent
{
    public ConcurrentDictionary<Identity, (Mode Mode, IReadOnlyCollection<PolicyEntry> Entries)> Policies { get; } = new();

    public ConcurrentDictionary<IPNetwork, Identity> Ranges { get; } = new();

    public ConcurrentDictionary<string, Identity> Names { get; } = new();

    /// <summary>Everything that was called, a line each.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>How many entries fit into a policy.</summary>
    public int Capacity { get; set; } = int.MaxValue;

    /// <summary>Calls that fail, as they are written in <see cref="Calls"/>.</summary>
    public Func<string, bool> Fails { get; set; } = _ => false;

    public bool Detached { get; private set; }

    /// <summary>Runs while it detaches.</summary>
    public Action Detaching { get; set; } = () => { };

    public AgentStatus Status { get; set; } = new() { Version = "fake" };

    public ConcurrentDictionary<Identity, IReadOnlyCollection<ExecutableEntry>> Executables { get; } = new();

    public void Apply(Identity workload, Mode mode, Policy policy)
    {
        if (policy.Entries.Length > Capacity)
            throw new PolicyTooLargeException(workload, policy.Entries.Length);
        Calls.Enqueue($"apply {workload} {mode} {policy.Entries.Length}");
        Policies[workload] = (mode, policy.Entries);
        Executables[workload] = policy.Executables;
    }

    public void AssignRange(IPNetwork range, Identity identity)
    {
        Call($"range {range}");
        Ranges[range] = identity;
    }

    public void RemoveRange(IPNetwork range)
    {
        Call($"remove {range}");
        Ranges.TryRemove(range, out _);
    }

    public void AssignName(string hostName, Identity identity)
    {
        Call($"name {hostName}");
        Names[hostName] = identity;
    }

    public void ReserveNames(Identity highest) => Call($"reserve names {highest}");

    public void Remove(Identity workload) => Policies.TryRemove(workload, out _);

    public void Quarantine(string containerId, bool isIn) => Call($"quarantine {containerId} {isIn}");

    public void Detach()
    {
        Detaching();
        Detached = true;
    }

    private void Call(string call)
    {
        Calls.Enqueue(call);
        if (Fails(call))
            throw new InvalidOperationException($"The kernel refuses: {call}");
    }
}
