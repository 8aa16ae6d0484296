using System.Net.NetworkInformation;
using System.Threading.Channels;
using Bulwark.Agent.Enforcement;
using Bulwark.Agent.Starts;
using Bulwark.Kernel;
using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Namespaces;
using Bulwark.Kernel.Netlink;
using Bulwark.Model.Observations;
using Bulwark.Model.Workloads;
using Bulwark.Runtimes;
using Microsoft.Extensions.Logging;

namespace Bulwark.Agent.Hosts;

/// <summary>
/// Joins what runtimes tell of containers with what the kernel tells of interfaces. A veth on a runtime's bridge is held from the moment
/// it appears; when its other end moves into a namespace, its hardware address tells whose it is, before the container's first process
/// runs; when that runs, its namespace tells for certain.
/// </summary>
internal sealed partial class HostLoop
{
    // Mostly the kernel tells first: when the other end comes up, its hardware address is there. Looking more often takes the processor from the start itself.
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_holdAtMost = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_lookAtInterfacesEvery = TimeSpan.FromMilliseconds(50);
    private const int RestForLook = 50; // how many times longer it rests than a look at everything took

    private readonly Channel<object> _changes = Channel.CreateUnbounded<object>(new() { SingleReader = true });
    private readonly KernelPrograms _kernel;
    private readonly PolicyTable _policies;
    private readonly Endpoints _endpoints;
    private readonly ProgramKeeper _keeper;
    private readonly AddressBook _addresses;
    private readonly SocketInventory _sockets;
    private readonly ConnectionInventory _connections;
    private readonly ContainerNumbers _numbers;
    private readonly IWorkloadDirectory _directory;
    private readonly Func<Observation, CancellationToken, ValueTask> _post;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly string? _controlGroups;
    private readonly LinkTable _links = new();
    private readonly Dictionary<string, WatchedContainer> _containers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RuntimeNetwork> _networks = new(StringComparer.Ordinal);
    private readonly Dictionary<uint, DateTimeOffset> _heldSince = [];
    private readonly ServiceAddresses _services = new();
    private HashSet<string> _bridges = new(StringComparer.Ordinal);
    private DateTimeOffset _lookedAtAll;
    private TimeSpan _lookAtAllEvery;
    private DateTimeOffset _lookedAtInterfaces;

    /// <param name="controlGroups">Where the hierarchy of version 2 is mounted; null if it is not.</param>
    /// <param name="passBridges">Whether packets may go from one container right to another.</param>
    public HostLoop(
        KernelPrograms kernel, PolicyTable policies, Endpoints endpoints, ProgramKeeper keeper, ContainerNumbers numbers, IWorkloadDirectory directory,
        Func<Observation, CancellationToken, ValueTask> post, string? controlGroups, bool passBridges, TimeProvider time, ILogger log)
    {
        (_kernel, _policies, _endpoints, _keeper, _numbers, _directory, _post, _controlGroups, _time, _log) =
            (kernel, policies, endpoints, keeper, numbers, directory, post, controlGroups, time, log);
        _addresses = new(kernel);
        _sockets = new(kernel);
        _connections = new(kernel, time, log);
        _directWays = passBridges ? new(_links, endpoints.AreAlone) : null;
    }

    /// <summary>Takes what a runtime told; of all its containers, the addresses are known before one is watched. For any thread.</summary>
    public void Post(IReadOnlyList<RuntimeChange> changes) => _changes.Writer.TryWrite(changes);

    /// <summary>Takes a <see cref="LinkChange"/>; for any thread.</summary>
    public void Post(LinkChange change) => _changes.Writer.TryWrite(change);

    /// <summary>No packet of the container is to pass, or again those of its profile. For any thread.</summary>
    public void Post(Quarantine quarantine) => _changes.Writer.TryWrite(quarantine);

    /// <summary>All runtimes have told what runs: what is left of earlier containers can go. For any thread.</summary>
    public void PostComplete() => _changes.Writer.TryWrite(Complete.Instance);

    public async Task RunAsync(CancellationToken cancellation)
    {
        _links.Replace(Interfaces.Links());
        _addresses.ReadHost();
        _endpoints.Adopt();
        Publish();
        var next = _changes.Reader.WaitToReadAsync(cancellation).AsTask();
        while (true)
        {
            await Task.WhenAny(next, Task.Delay(_heldSince.Count > 0 || _starts.AreWatched ? s_lookAgain : s_lookAtInterfacesEvery, _time, cancellation)).ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
            if (next.IsCompleted)
            {
                await next.ConfigureAwait(false);
                while (_changes.Reader.TryRead(out var change))
                    await HandleAsync(change, cancellation).ConfigureAwait(false);
                next = _changes.Reader.WaitToReadAsync(cancellation).AsTask();
                await WatchStartsAsync(cancellation).ConfigureAwait(false);
            }
            await SettleStartsAsync(cancellation).ConfigureAwait(false);
            ResolveHeld();
            await HealAsync(cancellation).ConfigureAwait(false);
            LookForDirectWays();
            Publish();
        }
    }

    private ValueTask HandleAsync(object change, CancellationToken cancellation) => GuardAsync(change, async () =>
    {
        switch (change)
        {
            case IReadOnlyList<RuntimeChange> changes:
                await HandleAsync(_starts.Take(changes), cancellation).ConfigureAwait(false);
                break;
            case AwaitedStart start:
                _starts.Add(start);
                break;
            case LinkSeen seen:
                Take(seen.Link);
                break;
            case PortChanged port:
                LookAgain(port.Interface);
                break;
            case LinkGone gone:
                _links.Remove(gone.Link.Index);
                ForgetInterface(gone.Link.Index);
                break;
            case FiltersChanged changed:
                await _keeper.LookAtAsync(changed.Interface, cancellation).ConfigureAwait(false);
                LookAgain(changed.Interface);
                FindDirectWay(changed.Interface);
                break;
            case AddressesChanged:
                _addresses.ReadHost();
                break;
            case LinksMissed:
                ReadLinks();
                break;
            case Quarantine quarantine:
                Take(quarantine);
                break;
            case Complete:
                Sweep();
                break;
        }
    });

    private async ValueTask HandleAsync(IReadOnlyList<RuntimeChange> changes, CancellationToken cancellation)
    {
        var known = new List<KnownContainer>();
        foreach (var change in changes)
        {
            await GuardAsync(change, async () =>
            {
                switch (change)
                {
                    case ContainerChanged { Container: var container } when container.IsRunning || container.Networks.Any(n => n.Addresses.Length > 0):
                        known.Add(Know(container));
                        break;
                    case ContainerChanged changed:
                        await ForgetAsync(changed.Container.Id, cancellation).ConfigureAwait(false);
                        break;
                    case ContainerRemoved removed:
                        await ForgetAsync(removed.ContainerId, cancellation).ConfigureAwait(false);
                        break;
                    case NetworkChanged changed:
                        _networks[changed.Network.Id] = changed.Network;
                        KnowBridges();
                        break;
                    case NetworkRemoved removed:
                        _networks.Remove(removed.NetworkId);
                        KnowBridges();
                        break;
                }
            }).ConfigureAwait(false);
        }
        // Before the containers are watched, and after all are known.
        KnowServices();
        foreach (var container in known)
            await GuardAsync(container, () => WatchAsync(container, cancellation)).ConfigureAwait(false);
    }

    // One change that cannot be handled must not leave the others unwatched.
    private async ValueTask GuardAsync(object change, Func<ValueTask> handle)
    {
        try
        {
            await handle().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (OperationCanceledException or ChannelClosedException or OutOfMemoryException))
        {
            LogNotHandled(e, change.GetType().Name);
        }
    }

    // Who it is and which addresses it has: everything that others need to know of it.
    private KnownContainer Know(Container container)
    {
        var addresses = container.Networks.SelectMany(n => n.Addresses).Select(MappedAddress.From).ToHashSet();
        var workload = _directory.GetOrAdd(container);
        var (inside, path) = container.IsRunning && container.NetworkNamespace.Length > 0 ? Inspect(container) : default;
        // One without addresses is a guest in another container's namespace: the interfaces are its host's.
        var points = addresses.Count > 0 ? PointsIn(inside, path, addresses) : [];
        var group = container.IsRunning && container.NetworkNamespace.Length == 0 ? ControlGroupOf(container) : null;
        var isNew = !_containers.TryGetValue(container.Id, out var watched);
        if (watched is null)
        {
            var earlier = points.Select(point => point.Place).Append(group is null ? 0 : _endpoints.PlaceOf(group))
                .FirstOrDefault(place => _endpoints.OwnerOf(place) != 0);
            watched = new(container, workload.Identity, earlier != 0 ? _endpoints.OwnerOf(earlier) : _policies.NextContainer())
            {
                IsInQuarantine = earlier != 0 && _endpoints.IsInQuarantine(earlier),
            };
            _containers[container.Id] = watched;
        }
        watched.Container = container;
        watched.Workload = workload.Identity;
        if (inside is not null)
            watched.Namespace = inside.Cookie;
        _numbers.Put(watched.Number, new(container.Id, watched.Namespace));
        _policies.Ensure(watched.Workload);
        if (points.Count > 0 && watched.Namespace != 0)
            _endpoints.ClaimCalls(watched);
        _addresses.Put(watched, addresses);
        if (group is not null)
            points = [new WatchPoint.ControlGroup(Place.ControlGroup | watched.Number, group)];
        return new(watched, points, HasUnknownSockets: isNew && inside is not null);
    }

    private async ValueTask WatchAsync(KnownContainer known, CancellationToken cancellation)
    {
        var watched = known.Container;
        // It may have gone by a later change told at the same time.
        if (_containers.GetValueOrDefault(watched.Container.Id) != watched)
            return;
        if (known.HasUnknownSockets)
            _sockets.Read(watched.Container.ProcessId, watched.Namespace);
        foreach (var point in known.Points)
        {
            if (known.HasUnknownSockets && !_endpoints.IsWatched(point.Place))
                _connections.TakeOver(watched, point.Place);
            if (_endpoints.Claim(point, watched))
                _heldSince.Remove(point.Place);
        }
        // Those on the host are told of when they go.
        foreach (var place in watched.Places.Where(place => !Place.IsHostInterface(place) && known.Points.All(p => p.Place != place)).ToList())
        {
            _endpoints.Release(place);
            watched.Places.Remove(place);
        }
        await _post(new ContainerSeen(_time.GetUtcNow(), watched.Container, watched.Workload), cancellation).ConfigureAwait(false);
    }

    private void Take(Quarantine quarantine)
    {
        if (!_containers.TryGetValue(quarantine.ContainerId, out var watched) || watched.IsInQuarantine == quarantine.IsIn)
            return;
        watched.IsInQuarantine = quarantine.IsIn;
        _endpoints.Renew(watched);
        LogQuarantine(watched.Container.Name, quarantine.IsIn);
    }

    // The namespace's file is not to be seen where Docker has a mount namespace of its own; its process's always is.
    private (NetworkNamespace? Inside, string Path) Inspect(Container container)
    {
        var paths = new List<string> { container.NetworkNamespace };
        if (container.ProcessId > 0)
            paths.Add($"/proc/{container.ProcessId}/ns/net");
        KernelException? failed = null;
        foreach (var path in paths)
        {
            try
            {
                var inside = NetworkNamespace.Inspect(path);
                if (inside.Cookie != NetworkNamespace.OwnCookie())
                    return (inside, path);
            }
            catch (KernelException e)
            {
                failed ??= e;
            }
        }
        LogNotInspected(failed, container.Name);
        return default;
    }

    private string? ControlGroupOf(Container container) =>
        _controlGroups is null ? null : CgroupHierarchy.Find(_controlGroups, container.ProcessId);

    private List<WatchPoint> PointsIn(NetworkNamespace? inside, string? path, HashSet<MappedAddress> addresses)
    {
        if (inside is null || path is null)
            return [];
        var hostEnds = HostEnds(inside);
        if (hostEnds.Count < inside.Links.Count(link => link.IsVeth))
        {
            // One that the monitor has not told of yet.
            ReadLinks();
            hostEnds = HostEnds(inside);
        }
        var points = hostEnds.Values.Select(WatchPoint (end) => new WatchPoint.HostEnd(end.Index)).ToList();
        // Of the others only those that the runtime made: the container may have some of its own.
        points.AddRange(inside.Addresses
            .Where(address => !hostEnds.ContainsKey(address.Interface) && addresses.Contains(MappedAddress.From(address.Address)))
            .Select(address => address.Interface).Distinct()
            .Select(index => new WatchPoint.InsideInterface(index, path, inside.Cookie)));
        return points;
    }

    // By the index inside.
    private Dictionary<uint, Link> HostEnds(NetworkNamespace inside) => inside.Links
        .Select(link => (link.Index, End: _links.HostEndOf(link))).Where(pair => pair.End is not null)
        .ToDictionary(pair => pair.Index, pair => pair.End!);

    private async ValueTask ForgetAsync(string containerId, CancellationToken cancellation)
    {
        if (!_containers.Remove(containerId, out var watched))
            return;
        foreach (var place in watched.Places.ToList())
        {
            // Its addresses may have a new owner before its interface is gone.
            if (_links.Find(place) is not null)
                _endpoints.Hold(place);
            else if (!Place.IsHostInterface(place))
                _endpoints.Release(place);
        }
        _endpoints.ForgetCalls(watched);
        _addresses.Put(watched, []);
        _numbers.Retire(watched.Number);
        await _post(new ContainerGone(_time.GetUtcNow(), containerId), cancellation).ConfigureAwait(false);
    }

    private void KnowBridges()
    {
        _bridges = _networks.Values.Select(n => n.BridgeInterface).Where(name => name.Length > 0).ToHashSet(StringComparer.Ordinal);
        foreach (var link in _links.All.ToList())
            Consider(link);
    }

    private void KnowServices() => _addresses.PutServices(_services.Read(_networks.Values, _addresses.WorkloadAt));

    // A veth on a runtime's bridge that nobody has claimed: nothing passes until it is known whose it is.
    private void Consider(Link link)
    {
        if (link.IsVeth && !_endpoints.IsWatched(link.Index) && !_heldSince.ContainsKey(link.Index) && _links.IsBridge(link.Master, _bridges)
            && link.PeerNamespace < 0)
        {
            _endpoints.Hold(link.Index);
            _heldSince[link.Index] = _time.GetUtcNow();
        }
    }

    private void ResolveHeld()
    {
        if (_heldSince.Count == 0)
            return;
        var byHardware = new Dictionary<PhysicalAddress, WatchedContainer>();
        foreach (var watched in _containers.Values)
        {
            foreach (var network in watched.Container.Networks)
            {
                if (PhysicalAddress.TryParse(network.MacAddress, out var hardware) && !hardware.Equals(PhysicalAddress.None))
                    byHardware[hardware] = watched;
            }
        }
        foreach (var (@interface, since) in _heldSince.ToList())
        {
            var link = _links.Find(@interface);
            if (link is null)
            {
                ForgetInterface(@interface);
            }
            else if (Interfaces.PeerOf(link) is { } inner && byHardware.TryGetValue(inner.HardwareAddress, out var watched))
            {
                _heldSince.Remove(@interface);
                _endpoints.Claim(new WatchPoint.HostEnd(@interface), watched);
            }
            else if (link.PeerNamespace >= 0 && _time.GetUtcNow() - since > s_holdAtMost)
            {
                _heldSince.Remove(@interface);
                _endpoints.Release(@interface);
                LogReleased(link.Name);
            }
        }
    }

    private void ForgetInterface(uint @interface)
    {
        if (!_endpoints.IsWatched(@interface))
            return;
        _heldSince.Remove(@interface);
        _endpoints.Forget(@interface);
        foreach (var watched in _containers.Values)
            watched.Places.Remove(@interface);
    }

    private void ReadLinks()
    {
        foreach (var gone in _links.Replace(Interfaces.Links()))
            ForgetInterface(gone);
    }

    private void Sweep()
    {
        var numbers = _containers.Values.Select(w => w.Number).ToHashSet();
        var claimed = _containers.Values.SelectMany(w => w.Places).ToHashSet();
        foreach (var @interface in _endpoints.Attached.Where(i => !claimed.Contains(i) && !_heldSince.ContainsKey(i)).ToList())
        {
            if (_links.Find(@interface) is not null || !Place.IsHostInterface(@interface))
                _endpoints.Release(@interface);
            else
                _endpoints.Forget(@interface);
        }
        _endpoints.Sweep(numbers);
        _addresses.Sweep(numbers);
    }

    // Netlink tells at once when something takes programs away; this is for what it cannot tell, or could not.
    private async ValueTask HealAsync(CancellationToken cancellation)
    {
        var now = _time.GetUtcNow();
        if (now - _lookedAtInterfaces < s_lookAtInterfacesEvery)
            return;
        _lookedAtInterfaces = now;
        if (now - _lookedAtAll < _lookAtAllEvery)
        {
            await _keeper.LookAtInterfacesAsync(cancellation).ConfigureAwait(false);
            return;
        }
        _lookedAtAll = now;
        var began = _time.GetTimestamp();
        await _keeper.LookAtAllAsync(cancellation).ConfigureAwait(false);
        // To look into namespaces and control groups takes long where there are many.
        _lookAtAllEvery = RestForLook * _time.GetElapsedTime(began);
    }

    internal sealed record Quarantine(string ContainerId, bool IsIn);

    private sealed record KnownContainer(WatchedContainer Container, IReadOnlyList<WatchPoint> Points, bool HasUnknownSockets);

    private sealed class Complete
    {
        public static readonly Complete Instance = new();
    }

    [LoggerMessage(10, LogLevel.Error, "A change of the host ({Kind}) could not be handled.")]
    private partial void LogNotHandled(Exception e, string kind);

    [LoggerMessage(11, LogLevel.Warning, "The network namespace of container {Container} could not be looked into.")]
    private partial void LogNotInspected(Exception? e, string container);

    [LoggerMessage(12, LogLevel.Warning, "Interface {Name} is on a container bridge but belongs to no container: it is left alone.")]
    private partial void LogReleased(string name);

    [LoggerMessage(18, LogLevel.Warning, "Quarantine of container {Container}: {IsIn}.")]
    private partial void LogQuarantine(string container, bool isIn);
}
