using System.Diagnostics;
using System.Net;
using Bulwark.Agent.Enforcement;
using Bulwark.Agent.Hosts;
using Bulwark.Agent.Observing;
using Bulwark.Kernel;
using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Native;
using Bulwark.Kernel.Netlink;
using Bulwark.Model;
using Bulwark.Model.Enforcement;

namespace Bulwark.Bench;

/// <summary>What is in force at both containers.</summary>
internal enum Setting
{
    /// <summary>No programs: what all others are compared with.</summary>
    None,

    /// <summary>nftables instead: a set of 10 allowed conversations, and what is established.</summary>
    Nftables,

    /// <summary>The same with 100,000.</summary>
    NftablesLarge,
    Learn,

    /// <summary>Protect, with a profile of 10 entries.</summary>
    Protect,

    /// <summary>The same where packets have to pass the bridge, as those from and to other hosts do.</summary>
    ProtectBridged,

    /// <summary>Protect, with a profile of 1,000 entries at each end.</summary>
    ProtectMedium,

    /// <summary>Protect, with a profile of 100,000 entries at each end.</summary>
    ProtectLarge,
}

/// <summary>
/// A client and a server in network namespaces of their own, on a bridge, with the kernel programs at the host's ends of both. The
/// agent's observing thread runs, as it does in the product; what it observes goes nowhere.
/// </summary>
internal sealed class Stage : IDisposable
{
    public const int Small = 10;
    public const int Medium = 1000;
    public const int Large = 100_000;

    private const uint FirstVersion = 0x7000_0000; // of policies: far from those that are given out

    public static readonly IPAddress ClientAddress = IPAddress.Parse("10.99.0.2");
    public static readonly IPAddress ServerAddress = IPAddress.Parse("10.99.0.3");
    public static readonly Identity Client = new(0x101);
    public static readonly Identity Server = new(0x102);

    /// <summary>Where the maps are pinned.</summary>
    public string Pins { get; } = $"/sys/fs/bpf/bulwark-bench-{Environment.ProcessId}";

    private readonly string _clientNamespace;
    private readonly string _serverNamespace;
    private readonly Nftables _nftables;
    private readonly uint _bridge;
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _observing;
    private long _observed; // µs
    private long _told;

    public Stage(string clientNamespace, string serverNamespace)
    {
        (_clientNamespace, _serverNamespace) = (clientNamespace, serverNamespace);
        BpfFileSystem.Prepare(Pins);
        Kernel = KernelPrograms.Load(Pins);
        Policies = new(Kernel, TimeProvider.System);
        Hooks = PacketHooks.OfHostEnds(Kernel, Pins, PacketHooks.HasTcx);
        var links = Interfaces.Links();
        ClientVeth = links.Single(l => l.Name == "client").Index;
        ServerVeth = links.Single(l => l.Name == "server").Index;
        _bridge = links.Single(l => l.Name == "bridge").Index;
        Kernel.Addresses.Set(MappedAddress.From(ClientAddress), new() { Identity = Client.Value, Container = 1 });
        Kernel.Addresses.Set(MappedAddress.From(ServerAddress), new() { Identity = Server.Value, Container = 2 });
        WritePolicy(Setting.Protect, Small);
        WritePolicy(Setting.ProtectMedium, Medium);
        WritePolicy(Setting.ProtectLarge, Large);
        _nftables = new(Small, Large);
        _observing = new(Observe) { IsBackground = true, Name = "events" };
        _observing.Start();
    }

    public KernelPrograms Kernel { get; }

    public PolicyTable Policies { get; }

    public PacketHooks Hooks { get; }

    public uint ClientVeth { get; }

    public uint ServerVeth { get; }

    /// <summary>Processor time of the observing thread so far.</summary>
    public TimeSpan Observed => TimeSpan.FromMicroseconds(Interlocked.Read(ref _observed));

    /// <summary>Events that the observing thread took so far.</summary>
    public long Told => Interlocked.Read(ref _told);

    /// <summary>Switches both ends. All policies are in the kernel from the start, so that this takes a millisecond.</summary>
    public void Put(Setting setting)
    {
        uint[] veths = [ClientVeth, ServerVeth];
        _nftables.Put(setting switch { Setting.Nftables => Small, Setting.NftablesLarge => Large, _ => 0 });
        if (setting is Setting.None or Setting.Nftables or Setting.NftablesLarge)
        {
            foreach (var veth in veths)
                Hooks.Detach(veth);
            return;
        }
        var policy = new WorkloadPolicy { Policy = VersionOf(setting), Mode = (uint)(setting == Setting.Learn ? Mode.Learn : Mode.Protect) };
        var bridge = setting == Setting.ProtectBridged ? 0 : _bridge;
        using (Kernel.Changes.Begin())
        {
            Kernel.Endpoints.Set(ClientVeth, new() { Netns = 1, Workload = Client.Value, Container = 1, Bridge = bridge });
            Kernel.Endpoints.Set(ServerVeth, new() { Netns = 2, Workload = Server.Value, Container = 2, Bridge = bridge });
            Kernel.Workloads.Set(Client.Value, policy);
            Kernel.Workloads.Set(Server.Value, policy);
        }
        foreach (var veth in veths)
            Hooks.Attach(veth);
    }

    /// <summary>A profile of that many entries, with those among them that the measurements need.</summary>
    public static List<PolicyEntry> Entries(Direction direction, Identity peer, int count)
    {
        var entries = new List<PolicyEntry>(count);
        for (var port = 0; port < Math.Min(count, Small); port++)
            entries.Add(new(direction, peer, port % 2 == 0 ? Transport.Tcp : Transport.Udp, (ushort)(Conversations.FirstPort + port / 2)));
        for (var i = entries.Count; i < count; i++)
            entries.Add(new(direction, new(0x10000u + (uint)i / 500), Transport.Tcp, (ushort)(1 + i % 500)));
        return entries;
    }

    public T InClient<T>(Func<T> work) => Inside(_clientNamespace, work);

    public T InServer<T>(Func<T> work) => Inside(_serverNamespace, work);

    public void Dispose()
    {
        _stop.Cancel();
        _observing.Join();
        _nftables.Put(0);
        Hooks.Detach(ClientVeth);
        Hooks.Detach(ServerVeth);
        Kernel.Dispose();
        BpfFileSystem.Remove(Pins);
    }

    private static uint VersionOf(Setting setting) =>
        FirstVersion + (uint)(setting == Setting.ProtectBridged ? Setting.Protect : setting);

    private void WritePolicy(Setting setting, int count)
    {
        foreach (var entry in Entries(Direction.Out, Server, count).Concat(Entries(Direction.In, Client, count)))
        {
            var key = new PolicyKey
            {
                Policy = VersionOf(setting),
                Peer = entry.Peer.Value,
                Port = entry.Port,
                Transport = entry.Transport.Number,
                Direction = (byte)entry.Direction,
            };
            Kernel.Policies.Set(key, Permission.All);
        }
    }

    private static T Inside<T>(string path, Func<T> work) => Bulwark.Kernel.Namespaces.NamespaceThread.Run(() =>
    {
        using var file = Descriptor.Open(path);
        return LibC.EnterNamespace(file.Value, LibC.CloneNewNetwork) == 0 ? work() : throw new InvalidOperationException($"cannot enter {path}");
    });

    private void Observe()
    {
        var observer = new Observer(Kernel, new ContainerNumbers(), new ExecutableNames(Kernel), new KernelClock(TimeProvider.System), _ => true);
        using var ring = Kernel.OpenEvents(sample =>
        {
            Interlocked.Increment(ref _told);
            observer.Take(sample);
        });
        var flushed = Stopwatch.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            ring.Poll(20);
            Interlocked.Exchange(ref _observed, (long)(ProcessorCost.Now() / 1000));
            if (Stopwatch.GetElapsedTime(flushed) < TimeSpan.FromMilliseconds(200))
                continue;
            flushed = Stopwatch.GetTimestamp();
            observer.Flush();
        }
    }
}
