namespace Bulwark.Runtimes.Docker;

/// <summary>
/// One connection of a watcher, from its list to the end of its events. Events are only marks: what they are about is asked of the
/// daemon anew, so events that repeat, come late or come in another order end in the same state.
/// </summary>
internal sealed class DockerSession(
    DockerClient client, DockerWatcherOptions options, TimeProvider time, DockerPicture picture, Action connected)
{
    private static readonly TimeSpan RepeatedQuestion = TimeSpan.FromSeconds(2);

    // Places in networks have workers of their own: questions about starting containers may take all the others.
    private const int EarlyQuestions = 4;

    private readonly DirtySet<string> _containers = new();
    private readonly DirtySet<string> _networks = new();
    private readonly DirtySet<(string Network, string Container)> _places = new();

    // Those of the first list that were not looked at yet; null when the list is not known yet.
    private readonly Lock _firstLock = new();
    private HashSet<string>? _first;
    private bool _told;

    /// <summary>Returns when the daemon ends its events; throws <see cref="DockerException"/> when it cannot be asked.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // A daemon that was replaced may speak another version.
        await client.VersionAsync(cancellationToken).ConfigureAwait(false);
        var files = new DockerFiles((await client.SettingsAsync(cancellationToken).ConfigureAwait(false)).DataRoot);
        // Listening starts before the list: what happens in between comes as an event, what happened before is in the list.
        using var events = await client.OpenEventsAsync(time.GetUtcNow() - options.Overlap, cancellationToken).ConfigureAwait(false);
        using var session = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var token = session.Token;
        List<Task> loops = [FollowAsync(events, files, token), ListAsync(token), FollowServicesAsync(token)];
        loops.Add(WorkAsync(_networks, LookAtNetworkAsync, token));
        loops.AddRange(Enumerable.Range(0, EarlyQuestions).Select(_ => WorkAsync(_places, LookAtPlaceAsync, token)));
        loops.AddRange(Enumerable.Range(0, options.Questions).Select(_ => WorkAsync(_containers, LookAtContainerAsync, token)));

        // The first to end, ends the session: following ends with the daemon, the others only with an error.
        var ended = await Task.WhenAny(loops).ConfigureAwait(false);
        await session.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // A sink that threw must not go under because the daemon ended at the same moment.
        var broken = loops.Find(l => l.Exception?.InnerException is not (null or DockerException));
        await (broken ?? ended).ConfigureAwait(false);
    }

    private async Task FollowAsync(DockerEventStream events, DockerFiles files, CancellationToken cancellationToken)
    {
        await foreach (var next in events.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            switch (next.Subject)
            {
                case DockerEventSubject.Container:
                    if (next.Action == "die")
                        await picture.ForgetEarlyAsync(next.Id, null, cancellationToken).ConfigureAwait(false);
                    // Its start may begin before the daemon can be asked.
                    if (next.Action == "create" && files.FindCreated(next.Id) is { } created)
                        await picture.CreatedAsync(next.Id, created, cancellationToken).ConfigureAwait(false);
                    _containers.Mark(next.Id);
                    break;
                case DockerEventSubject.Network when next.ContainerId.Length > 0:
                    _places.Mark((next.Id, next.ContainerId));
                    break;
                case DockerEventSubject.Network:
                    _networks.Mark(next.Id);
                    break;
                default:
                    await MarkDifferencesAsync(all: true, cancellationToken).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        await MarkDifferencesAsync(all: true, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            await Task.Delay(options.Comparison, time, cancellationToken).ConfigureAwait(false);
            await MarkDifferencesAsync(all: false, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FollowServicesAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(options.Services, time, cancellationToken).ConfigureAwait(false);
            foreach (var id in await picture.SwarmNetworksAsync(cancellationToken).ConfigureAwait(false))
                _networks.Mark(id);
        }
    }

    // What is known is read before the list: one that is told of in between is not taken for missing.
    private async Task MarkDifferencesAsync(bool all, CancellationToken cancellationToken)
    {
        var knownNetworks = await picture.NetworksAsync(cancellationToken).ConfigureAwait(false);
        var known = await picture.ContainersAsync(cancellationToken).ConfigureAwait(false);
        var networks = await client.ListNetworksAsync(cancellationToken).ConfigureAwait(false);
        var listed = await client.ListContainersAsync(all: true, cancellationToken).ConfigureAwait(false);

        var staleNetworks = networks.Select(n => n.Id).Union(all ? knownNetworks : []).ToHashSet(StringComparer.Ordinal);
        staleNetworks.SymmetricExceptWith(all ? [] : knownNetworks);
        var stale = listed.Where(c => all || !known.TryGetValue(c.Id, out var ran) || ran != c.IsRunning).Select(c => c.Id)
            .Union(known.Keys.Except(listed.Select(c => c.Id))).ToHashSet(StringComparer.Ordinal);

        lock (_firstLock)
            _first ??= [.. stale, .. staleNetworks];
        foreach (var id in staleNetworks)
            _networks.Mark(id);
        foreach (var id in stale)
            _containers.Mark(id);
        Looked("");
    }

    private async Task LookAtContainerAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            var account = await client.InspectAsync(id, cancellationToken).ConfigureAwait(false);
            foreach (var other in await picture.AccountAsync(id, account, cancellationToken).ConfigureAwait(false))
                _containers.Mark(other);
        }
        catch (DockerException e) when (e.IsTimeout)
        {
            // The daemon is busy with this one container; the others go on.
            Looked(id);
            await Task.Delay(RepeatedQuestion, time, cancellationToken).ConfigureAwait(false);
            _containers.Mark(id);
        }
        Looked(id);
    }

    private async Task LookAtPlaceAsync((string Network, string Container) place, CancellationToken cancellationToken)
    {
        // The daemon tells all places of a running container, and holds back its answer only while it starts one.
        if (await picture.IsRunningAsync(place.Container, cancellationToken).ConfigureAwait(false))
        {
            _containers.Mark(place.Container);
            return;
        }
        if (await client.FindEndpointAsync(place.Network, place.Container, cancellationToken).ConfigureAwait(false) is { } endpoint)
        {
            if (!await picture.EarlyAsync(place.Container, endpoint, cancellationToken).ConfigureAwait(false))
                _containers.Mark(place.Container);
        }
        else
        {
            await picture.ForgetEarlyAsync(place.Container, place.Network, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task LookAtNetworkAsync(string id, CancellationToken cancellationToken)
    {
        await picture.NetworkAsync(id, await client.FindNetworkAsync(id, cancellationToken).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);
        Looked(id);
    }

    private void Looked(string id)
    {
        lock (_firstLock)
        {
            if (_first is null)
                return;
            _first.Remove(id);
            if (_first.Count > 0 || _told)
                return;
            _told = true;
        }
        connected();
    }

    private static async Task WorkAsync<T>(DirtySet<T> items, Func<T, CancellationToken, Task> look, CancellationToken cancellationToken)
        where T : notnull
    {
        while (true)
        {
            var item = await items.TakeAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                await look(item, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                items.Done(item);
            }
        }
    }
}
