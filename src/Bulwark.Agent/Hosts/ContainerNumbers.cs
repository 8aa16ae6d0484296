using System.Collections.Concurrent;

namespace Bulwark.Agent.Hosts;

/// <summary>From the kernel's numbers of containers to who they are; for any thread.</summary>
internal sealed class ContainerNumbers
{
    // Events of a container that just ended are still on their way when it is removed.
    private const int FormerMax = 4096;

    private readonly ConcurrentDictionary<uint, NumberedContainer> _containers = new();
    private readonly ConcurrentQueue<uint> _former = new();

    public void Put(uint number, NumberedContainer container) => _containers[number] = container;

    public void Retire(uint number)
    {
        _former.Enqueue(number);
        if (_former.Count > FormerMax && _former.TryDequeue(out var oldest))
            _containers.TryRemove(oldest, out _);
    }

    public NumberedContainer Find(uint number) => _containers.TryGetValue(number, out var container) ? container : default;
}

/// <param name="Id">The runtime's id of the container.</param>
/// <param name="Namespace">The cookie of its network namespace; 0 while it is not known.</param>
internal readonly record struct NumberedContainer(string Id, ulong Namespace);
