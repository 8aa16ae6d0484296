using System.Collections.Immutable;
using Bulwark.Model.Workloads;

namespace Bulwark.Runtimes.Docker;

/// <summary>What a watcher has told its sink, kept over reconnections. Changes are told one at a time, each with the state it led to.</summary>
internal sealed class DockerPicture(Func<RuntimeChange, ValueTask> sink) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, KnownContainer> _containers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _networks = new(StringComparer.Ordinal); // whether it is of a swarm

    /// <summary>The containers that were told of, and whether they ran.</summary>
    public Task<ImmutableDictionary<string, bool>> ContainersAsync(CancellationToken cancellationToken) => LockedAsync(
        () => ValueTask.FromResult(_containers.Where(c => c.Value.Account is not null)
            .ToImmutableDictionary(c => c.Key, c => c.Value.IsRunning)), cancellationToken);

    public Task<ImmutableArray<string>> NetworksAsync(CancellationToken cancellationToken) =>
        LockedAsync(() => ValueTask.FromResult(_networks.Keys.ToImmutableArray()), cancellationToken);

    public Task<ImmutableArray<string>> SwarmNetworksAsync(CancellationToken cancellationToken) => LockedAsync(
        () => ValueTask.FromResult(_networks.Where(n => n.Value).Select(n => n.Key).ToImmutableArray()), cancellationToken);

    public Task<bool> IsRunningAsync(string id, CancellationToken cancellationToken) =>
        LockedAsync(() => ValueTask.FromResult(_containers.GetValueOrDefault(id)?.IsRunning ?? false), cancellationToken);

    /// <summary>The daemon's account of a container, null when it has none. Gives the ids of those whose own account it makes stale.</summary>
    public Task<ImmutableArray<string>> AccountAsync(string id, InspectedContainer? account, CancellationToken cancellationToken) =>
        LockedAsync(async () =>
        {
            var before = _containers.GetValueOrDefault(id)?.Account;
            if (account is null)
            {
                _containers.Remove(id);
                if (before is not null)
                    await sink(new ContainerRemoved(id)).ConfigureAwait(false);
                return Sharing(id);
            }
            var known = Known(id);
            known.Learn(account);
            await sink(new ContainerChanged(known.Compose()!)).ConfigureAwait(false);
            return before?.Container.NetworkNamespace == account.Container.NetworkNamespace ? [] : Sharing(id);
        }, cancellationToken);

    /// <summary>A container that was made a moment ago; what the daemon itself said of it goes before.</summary>
    public Task CreatedAsync(string id, InspectedContainer created, CancellationToken cancellationToken) => LockedAsync(async () =>
    {
        var known = Known(id);
        if (known.Account is not null)
            return false;
        known.Learn(created);
        await sink(new ContainerChanged(known.Compose()!)).ConfigureAwait(false);
        return true;
    }, cancellationToken);

    /// <summary>A container got a place in a network; false when the daemon gave no account of it yet.</summary>
    public Task<bool> EarlyAsync(string id, ContainerNetwork place, CancellationToken cancellationToken) => LockedAsync(async () =>
    {
        var known = Known(id);
        known.LearnEarly(place);
        if (!known.IsRunning && known.Compose() is { } container)
            await sink(new ContainerChanged(container)).ConfigureAwait(false);
        return known.Account is not null;
    }, cancellationToken);

    /// <summary>A container lost its place in a network, or in all.</summary>
    public Task ForgetEarlyAsync(string id, string? networkId, CancellationToken cancellationToken) => LockedAsync(() =>
    {
        if (_containers.TryGetValue(id, out var known) && networkId is null)
            known.ForgetEarly();
        else if (networkId is not null)
            known?.ForgetEarly(networkId);
        return ValueTask.FromResult(true);
    }, cancellationToken);

    /// <summary>The daemon's account of a network, null when it has none.</summary>
    public Task NetworkAsync(string id, RuntimeNetwork? network, CancellationToken cancellationToken) => LockedAsync(async () =>
    {
        if (network is not null)
        {
            _networks[id] = network.IsOfSwarm;
            await sink(new NetworkChanged(network)).ConfigureAwait(false);
        }
        else if (_networks.Remove(id))
        {
            await sink(new NetworkRemoved(id)).ConfigureAwait(false);
        }
        return true;
    }, cancellationToken);

    public void Dispose() => _gate.Dispose();

    private KnownContainer Known(string id) =>
        _containers.TryGetValue(id, out var known) ? known : _containers[id] = new();

    private ImmutableArray<string> Sharing(string owner) =>
        [.. _containers.Where(c => c.Value.Account?.NetworkOwner == owner).Select(c => c.Key)];

    private async Task<T> LockedAsync<T>(Func<ValueTask<T>> action, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await action().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }
}
