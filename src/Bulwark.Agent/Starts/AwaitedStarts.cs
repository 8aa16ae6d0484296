using Bulwark.Model.Workloads;
using Bulwark.Runtimes;

namespace Bulwark.Agent.Starts;

/// <summary>
/// Containers whose start waits until they are watched. What runtimes tell of a container reaches the host loop through here, so that
/// an account from before the start, told late, does not make it forget a container that is watched. Belongs to the host loop.
/// </summary>
internal sealed class AwaitedStarts
{
    private readonly Dictionary<string, Container> _told = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Started> _started = new(StringComparer.Ordinal);
    private readonly List<AwaitedStart> _waiting = [];

    public IReadOnlyList<AwaitedStart> Waiting => _waiting;

    /// <summary>Whether something may happen without being told: a wait ends, or a process.</summary>
    public bool AreWatched => _waiting.Count > 0 || _started.Count > 0;

    public void Add(AwaitedStart start) => _waiting.Add(start);

    /// <summary>What runtimes told last of the container, or null.</summary>
    public Container? Told(string containerId) => _told.GetValueOrDefault(containerId);

    /// <summary>The container is watched and may start; from now on it counts as running as long as this process is there.</summary>
    public void Start(string containerId, IFirstProcess process)
    {
        Drop(containerId);
        _started[containerId] = new(process);
    }

    /// <summary>Answers those who know enough, or waited long enough.</summary>
    public void Settle(DateTimeOffset now)
    {
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            var start = _waiting[i];
            if (start.Missing.Length > 0 && now < start.Until)
                continue;
            start.Settle();
            _waiting.RemoveAt(i);
        }
    }

    /// <summary>Takes what a runtime told; gives what of it counts.</summary>
    public IReadOnlyList<RuntimeChange> Take(IReadOnlyList<RuntimeChange> changes) => [.. changes.Where(Counts)];

    /// <summary>Containers whose first process ended before their runtime said that they run: what it said instead counts now.</summary>
    public IReadOnlyList<RuntimeChange> TakeEnded()
    {
        var ended = new List<RuntimeChange>();
        foreach (var (id, started) in _started.Where(s => !s.Value.Process.IsThere).ToList())
        {
            if (started.HeldBack is { } account)
                ended.Add(account);
            Drop(id);
        }
        return ended;
    }

    private bool Counts(RuntimeChange change)
    {
        switch (change)
        {
            case ContainerRemoved removed:
                _told.Remove(removed.ContainerId);
                Drop(removed.ContainerId);
                return true;
            case ContainerChanged changed:
                var container = changed.Container;
                _told[container.Id] = container;
                if (!_started.TryGetValue(container.Id, out var started))
                    return true;
                var runs = container.IsRunning && container.ProcessId == started.Process.Id;
                if (!runs && started.Process.IsThere)
                {
                    started.HeldBack = changed;
                    return false;
                }
                Drop(container.Id);
                return true;
            default:
                return true;
        }
    }

    private void Drop(string containerId)
    {
        if (_started.Remove(containerId, out var started))
            started.Process.Dispose();
    }

    private sealed class Started(IFirstProcess process)
    {
        public IFirstProcess Process { get; } = process;

        /// <summary>The last account that has the container not running.</summary>
        public ContainerChanged? HeldBack { get; set; }
    }
}
