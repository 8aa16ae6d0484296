namespace Bulwark.Model.Observations;

/// <summary>The agent as the server sees it: on one machine the same process, else behind the bus.</summary>
public interface IAgent : Enforcement.IEnforcer
{
    AgentStatus Status { get; }

    /// <summary>No packet of the container passes any more, also after a restart, or again those that its profile allows.</summary>
    void Quarantine(string containerId, bool isIn);

    /// <summary>Detaches every kernel program and removes every pinned map: the host is as before.</summary>
    void Detach();
}
