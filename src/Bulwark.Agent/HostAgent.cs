using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using Bulwark.Agent.Enforcement;
using Bulwark.Agent.Hosts;
using Bulwark.Agent.Observing;
using Bulwark.Agent.Starts;
using Bulwark.Kernel;
using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Namespaces;
using Bulwark.Kernel.Netlink;
using Bulwark.Model;
using Bulwark.Model.Enforcement;
using Bulwark.Model.Observations;
using Bulwark.Model.Workloads;
using Bulwark.Runtimes.Docker;
using Microsoft.Extensions.Logging;

namespace Bulwark.Agent;

/// <summary>
/// The agent of this host: holds the kernel programs, finds containers, tells what the kernel saw, and brings policies into force. When
/// it ends, or is killed, programs and maps stay in the kernel and go on; the next agent takes them over.
/// </summary>
public sealed partial class HostAgent : IAgent, IDisposable
{
    private const int PollFor = 20; // ms
    private static readonly TimeSpan s_flushEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_lookAtListings = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_readEvery = TimeSpan.FromSeconds(1);

    private readonly AgentOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _log;
    private readonly KernelPrograms _kernel;
    private readonly PolicyTable _policies;
    private readonly CgroupHooks? _sockets;
    private readonly Endpoints _endpoints;
    private readonly HostLoop _host;
    private readonly PublishedPorts _ports;
    private readonly ContainerNumbers _numbers = new();
    private readonly CounterReader _counters;
    private readonly Func<Observation, bool> _post;
    private readonly List<DockerWatcher> _watchers = [];
    private readonly string? _noCgroups;
    private readonly DateTimeOffset _startedAt;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Loads the programs and takes over what an earlier agent left in its maps. Nothing is watched before <see cref="RunAsync"/>.</summary>
    /// <param name="post">Takes an observation without waiting; false if it is lost.</param>
    /// <param name="postContainer">Takes an observation that must not be lost: on a container, or on the programs.</param>
    /// <exception cref="KernelException">The kernel cannot do it, or refuses.</exception>
    public HostAgent(
        AgentOptions options, IWorkloadDirectory directory, Func<Observation, bool> post,
        Func<Observation, CancellationToken, ValueTask> postContainer, TimeProvider time, ILoggerFactory loggers)
    {
        (_options, _time, _loggers, _post) = (options, time, loggers, post);
        _log = loggers.CreateLogger<HostAgent>();
        _startedAt = time.GetUtcNow();
        BpfFileSystem.Prepare(options.BpfRoot);
        _kernel = KernelPrograms.Load(options.BpfRoot);
        try
        {
            _policies = new(_kernel, time);
            _kernel.HostNamespaces.Set(NetworkNamespace.OwnCookie(), 1);
            var cgroups = CgroupHierarchy.FindUnified();
            _sockets = cgroups is null ? null : new CgroupHooks(_kernel, options.BpfRoot, cgroups);
            if (_sockets is null)
                _noCgroups = "No cgroup v2 hierarchy is mounted, so executables are not known: mount one with 'mount -t cgroup2 none /sys/fs/cgroup/unified'.";
            _endpoints = new(_kernel, new(_kernel, options.BpfRoot, PacketHooks.HasTcx), _log);
            var keeper = new ProgramKeeper(_endpoints, _sockets, _numbers, postContainer, time, _log);
            _host = new(_kernel, _policies, _endpoints, keeper, _numbers, directory, postContainer, cgroups, options.PassBridges, time, _log);
            _ports = new(_kernel, _policies, time, _log);
            _counters = new(_kernel, post);
        }
        catch
        {
            _kernel.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public AgentStatus Status => Describe([.. _kernel.TableSizes().Select(t => new TableStatus(t.Name, t.Entries, t.Capacity))]);

    private AgentStatus Describe(ImmutableArray<TableStatus> tables) => new()
    {
        Version = typeof(HostAgent).Assembly.GetName().Version?.ToString(3) ?? "",
        StartedAt = _startedAt,
        Runtimes = [.. _options.Dockers.Zip(_watchers, (address, watcher) =>
            new RuntimeStatus(address, watcher.Connected, watcher.Connected ? "" : watcher.LastError ?? "not connected yet"))],
        Programs =
        [
            new("from_container", _host.Picture.Interfaces), new("to_container", _host.Picture.Interfaces),
            .. CgroupHooks.Programs.Select(name => new ProgramStatus(name, _noCgroups is null ? 1 : 0)),
        ],
        Tables = tables,
        Counters = _counters.Latest,
        Interfaces = _host.Picture.Interfaces,
        Warnings = [.. _host.Picture.Warnings, .. TablePressure.Warnings(tables), .. _noCgroups is null ? [] : (ReadOnlySpan<string>)[_noCgroups]],
    };

    /// <summary>
    /// Watches until cancelled. To be called when every stored policy is in the kernel: what is not known there starts to learn.
    /// </summary>
    public Task RunAsync(CancellationToken cancellation) => _running = WatchAsync(cancellation);

    private async Task WatchAsync(CancellationToken cancellation)
    {
        // Not before: an earlier version's programs judge by their own policies, as long as they have maps of their own.
        Takeover.Run(_kernel, _options.BpfRoot, PacketHooks.HasTcx);
        _sockets?.Attach();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        using var monitor = new NetlinkMonitor();
        var tasks = new List<Task>
        {
            OnThread("interfaces", () => monitor.Run(_host.Post, stop.Token)),
            OnThread("events", () => Observe(stop.Token)),
            _host.RunAsync(stop.Token),
            new StartSocket(_options.StartSocket, _host.WaitForStartAsync, _log).RunAsync(stop.Token),
        };
        var clients = new List<DockerClient>();
        var listings = new List<FirstListing>();
        foreach (var address in _options.Dockers)
        {
            var client = new DockerClient(address);
            clients.Add(client);
            var watcher = new DockerWatcher(client, time: _time, log: _loggers.CreateLogger<DockerWatcher>());
            _watchers.Add(watcher);
            var listing = new FirstListing(watcher, _host);
            listings.Add(listing);
            tasks.Add(watcher.RunAsync(change =>
            {
                listing.Take(change);
                return ValueTask.CompletedTask;
            }, stop.Token));
        }
        tasks.Add(_ports.RunAsync([.. _options.Dockers.Zip(_watchers)], stop.Token));
        tasks.Add(SweepWhenAllIsToldAsync(listings, stop.Token));
        try
        {
            // The first to end is the one that failed, or all were cancelled.
            var first = await Task.WhenAny(tasks.Where(t => t != tasks[^1])).ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!cancellation.IsCancellationRequested && !_stop.IsCancellationRequested)
                await first.ConfigureAwait(false);
        }
        finally
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    /// <inheritdoc/>
    public void Apply(Identity workload, Mode mode, Policy policy) => _policies.Apply(workload, mode, policy);

    /// <inheritdoc/>
    public void Quarantine(string containerId, bool isIn) => _host.Post(new HostLoop.Quarantine(containerId, isIn));

    /// <inheritdoc/>
    public void AssignRange(IPNetwork range, Identity identity) => _policies.AssignRange(range, identity);

    /// <inheritdoc/>
    public void RemoveRange(IPNetwork range) => _policies.RemoveRange(range);

    /// <inheritdoc/>
    public void AssignName(string hostName, Identity identity) => _policies.AssignName(hostName, identity);

    /// <inheritdoc/>
    public void ReserveNames(Identity highest) => _policies.ReserveNames(highest);

    /// <inheritdoc/>
    public void Remove(Identity workload) => _policies.Remove(workload);

    /// <inheritdoc/>
    public void Detach()
    {
        // It would put back what is taken away.
        _stop.Cancel();
        ((IAsyncResult)_running).AsyncWaitHandle.WaitOne();
        Leave(_options.BpfRoot);
    }

    /// <summary>Takes every program and map of an agent out of the kernel, with none running. False if there was nothing.</summary>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public static bool Leave(string bpfRoot)
    {
        if (!Directory.Exists(bpfRoot))
            return false;
        var places = KernelPrograms.PinnedPlaces(bpfRoot);
        foreach (var @interface in places.Where(Place.IsHostInterface))
            PacketHooks.DetachFilters(@interface);
        var inside = places.Where(place => (place & Place.Inside) != 0).Select(place => place & ~Place.Inside).ToHashSet();
        foreach (var other in inside.Count > 0 ? NetworkNamespace.Others() : [])
            LeaveInside(other, inside);
        BpfFileSystem.Remove(bpfRoot);
        return true;
    }

    private static void LeaveInside(string networkNamespace, HashSet<uint> interfaces)
    {
        try
        {
            NetworkNamespace.Run(networkNamespace, () =>
            {
                foreach (var @interface in interfaces.Where(PacketHooks.HasFilters))
                    PacketHooks.DetachFilters(@interface);
                return true;
            });
        }
        catch (KernelException e) when (e.IsGone)
        {
            // With everything in it.
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        _kernel.Dispose();
    }

    private void Observe(CancellationToken cancellation)
    {
        var clock = new KernelClock(_time);
        var observer = new Observer(_kernel, _numbers, new(_kernel), clock, _post);
        var traffic = new TrafficReader(_kernel, _post);
        using var ring = _kernel.OpenEvents(observer.Take);
        var (flushed, read) = (Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp());
        while (!cancellation.IsCancellationRequested)
        {
            ring.Poll(PollFor);
            if (Stopwatch.GetElapsedTime(flushed) >= s_flushEvery)
            {
                flushed = Stopwatch.GetTimestamp();
                observer.Flush();
            }
            if (Stopwatch.GetElapsedTime(read) < s_readEvery)
                continue;
            read = Stopwatch.GetTimestamp();
            observer.Flush();
            traffic.Read(_time.GetUtcNow());
            _counters.Read(_time.GetUtcNow());
            _policies.DeleteRetired();
        }
        observer.Flush();
    }

    // While a daemon is away, what its containers have in the kernel stays.
    private async Task SweepWhenAllIsToldAsync(List<FirstListing> listings, CancellationToken cancellation)
    {
        while (listings.Count(listing => listing.TryFinish()) < listings.Count)
            await Task.Delay(s_lookAtListings, _time, cancellation).ConfigureAwait(false);
        _host.PostComplete();
    }

    private static Task OnThread(string name, Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        {
            IsBackground = true,
            Name = name,
        }.Start();
        return done.Task;
    }
}
