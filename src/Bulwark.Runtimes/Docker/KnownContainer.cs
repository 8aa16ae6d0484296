using Bulwark.Model.Workloads;

namespace Bulwark.Runtimes.Docker;

/// <summary>What is known of a container: the daemon's last account of it, and places in networks that were learnt ahead of the next.</summary>
internal sealed class KnownContainer
{
    private readonly Dictionary<string, ContainerNetwork> _early = new(StringComparer.Ordinal);

    /// <summary>The last account, or null before the first.</summary>
    public InspectedContainer? Account { get; private set; }

    public bool IsRunning => Account?.Container.IsRunning ?? false;

    public void Learn(InspectedContainer account)
    {
        Account = account;
        // The account of a running container has every place it has.
        if (IsRunning)
            _early.Clear();
    }

    /// <summary>A place in a network that a container got before its process runs; of no interest once it does.</summary>
    public void LearnEarly(ContainerNetwork place)
    {
        if (!IsRunning)
            _early[place.Id] = place;
    }

    public void ForgetEarly() => _early.Clear();

    public void ForgetEarly(string networkId) => _early.Remove(networkId);

    /// <summary>The container as it is to be told of, or null before the first account.</summary>
    public Container? Compose() => Account is not { } account || _early.Count == 0 ? Account?.Container : account.Container with
    {
        Networks =
        [
            .. account.Container.Networks.Where(n => !_early.ContainsKey(n.Id)).Concat(_early.Values)
                .OrderBy(n => n.Name, StringComparer.Ordinal),
        ],
    };
}
