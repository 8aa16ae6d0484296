using Bulwark.Runtimes;
using Bulwark.Runtimes.Docker;

namespace Bulwark.Agent.Hosts;

/// <summary>
/// Holds back what a runtime tells until it has told everything there is: all its containers' addresses must be known before the first
/// packet is judged, or a neighbour would pass for an address outside. Afterwards each change goes on as it comes. For any thread.
/// </summary>
internal sealed class FirstListing(DockerWatcher watcher, HostLoop host)
{
    private readonly Lock _lock = new();
    private List<RuntimeChange>? _early = [];

    public void Take(RuntimeChange change)
    {
        lock (_lock)
        {
            if (!TryFinish())
                _early!.Add(change);
            else
                host.Post([change]);
        }
    }

    /// <summary>Lets go what was held back, if everything is told; whether it is.</summary>
    public bool TryFinish()
    {
        lock (_lock)
        {
            if (_early is null)
                return true;
            if (!watcher.Connected)
                return false;
            host.Post(_early);
            _early = null;
            return true;
        }
    }
}
