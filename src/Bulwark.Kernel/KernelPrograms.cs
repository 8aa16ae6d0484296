using System.Runtime.InteropServices;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Maps;
using Bulwark.Kernel.Migration;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel;

/// <summary>
/// The kernel programs, loaded, with their maps. Maps are pinned: those that are there already are taken over with everything in them.
/// </summary>
public sealed unsafe class KernelPrograms : IDisposable
{
    private const string ResourceName = "bulwark.bpf.o";

    private static readonly string[] s_tables =
    [
        "endpoints", "workloads", "policies", "addresses", "ranges", "names", "new_names", "name_addresses", "openings",
        "tcp_connections", "other_connections", "traffic",
    ];

    private readonly nint _object;
    private MapMigration? _migration;

    private KernelPrograms(nint loaded, MapMigration migration)
    {
        _object = loaded;
        if (migration.HasSteps)
            _migration = migration;
        Endpoints = Map<uint, Endpoint>("endpoints");
        ControlGroupPlaces = Map<ulong, uint>("cgroup_places");
        Workloads = Map<uint, WorkloadPolicy>("workloads");
        Policies = Map<PolicyKey, Permission>("policies");
        PolicyExecutables = Map<PolicyExecutableKey, uint>("policy_executables");
        Namespaces = Map<ulong, Endpoint>("namespaces");
        KnownExecutables = Map<PathKey, uint>("known_executables");
        NewExecutables = Map<PathKey, uint>("new_executables");
        ExecutableFiles = Map<ExecutableFile, uint>("executables");
        Addresses = Map<MappedAddress, Owner>("addresses");
        Ranges = Map<RangeKey, uint>("ranges");
        Names = Map<NameKey, uint>("names");
        Sockets = Map<SocketKey, SocketUser>("sockets");
        HostNamespaces = Map<ulong, uint>("host_namespaces");
        Proxies = Map<ProxyKey, uint>("proxies");
        ProxyProcesses = Map<uint, ProxyProcess>("proxy_processes");
        ExecutablePaths = Map<uint, ExecutablePath>("executable_paths");
        Settings = Map<Setting, uint>("settings");
        TrafficTold = Map<TrafficKey, TrafficTold>("traffic_told");
        Changes = new(Settings);
        Connections = new(this);
    }

    public BpfMap<uint, Endpoint> Endpoints { get; }
    public BpfMap<ulong, uint> ControlGroupPlaces { get; }
    public BpfMap<uint, WorkloadPolicy> Workloads { get; }
    public BpfMap<PolicyKey, Permission> Policies { get; }
    public BpfMap<PolicyExecutableKey, uint> PolicyExecutables { get; }
    public BpfMap<ulong, Endpoint> Namespaces { get; }
    public BpfMap<PathKey, uint> KnownExecutables { get; }
    public BpfMap<PathKey, uint> NewExecutables { get; }
    public BpfMap<ExecutableFile, uint> ExecutableFiles { get; }
    public BpfMap<MappedAddress, Owner> Addresses { get; }
    public BpfMap<RangeKey, uint> Ranges { get; }
    public BpfMap<NameKey, uint> Names { get; }
    public BpfMap<SocketKey, SocketUser> Sockets { get; }
    public BpfMap<ulong, uint> HostNamespaces { get; }
    public BpfMap<ProxyKey, uint> Proxies { get; }
    public BpfMap<uint, ProxyProcess> ProxyProcesses { get; }
    public BpfMap<uint, ExecutablePath> ExecutablePaths { get; }
    public BpfMap<Setting, uint> Settings { get; }
    public BpfMap<TrafficKey, TrafficTold> TrafficTold { get; }

    /// <summary>For connections that are open already.</summary>
    public ConnectionTables Connections { get; }

    /// <summary>To be begun before, and ended after, every change of places, policies in force, addresses and ranges.</summary>
    public Changes Changes { get; }

    /// <summary>
    /// Loads the programs, with maps pinned below <paramref name="pinRoot"/>, which must be on a bpf file system. What another version has there is taken over.
    /// </summary>
    /// <exception cref="KernelException">The kernel refused a program or a map.</exception>
    public static KernelPrograms Load(string pinRoot)
    {
        using var resource = typeof(KernelPrograms).Assembly.GetManifestResourceStream(ResourceName)
            ?? throw new InvalidOperationException($"{ResourceName} is missing in the assembly.");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return Load(pinRoot, bytes);
    }

    /// <summary>The same with another version's programs, for tests.</summary>
    internal static KernelPrograms Load(string pinRoot, ReadOnlySpan<byte> programs)
    {
        var path = Marshal.StringToCoTaskMemUTF8(pinRoot);
        var name = Marshal.StringToCoTaskMemUTF8("bulwark");
        LibBpfLog.Begin();
        try
        {
            var options = new LibBpf.OpenOptions { Size = LibBpf.SizeOf<LibBpf.OpenOptions>(), ObjectName = (byte*)name, PinRootPath = (byte*)path };
            nint opened;
            fixed (byte* start = programs)
                opened = LibBpf.OpenObject(start, (nuint)programs.Length, &options);
            if (opened == 0)
                throw new KernelException("read the kernel programs", Marshal.GetLastPInvokeError(), LibBpfLog.End());
            return Load(opened);
        }
        finally
        {
            LibBpfLog.End();
            Marshal.FreeCoTaskMem(path);
            Marshal.FreeCoTaskMem(name);
        }
    }

    private static KernelPrograms Load(nint opened)
    {
        MapMigration? migration = null;
        try
        {
            migration = MapMigration.Prepare(opened);
            LibBpfLog.Begin();
            var result = LibBpf.LoadObject(opened);
            if (result != 0)
                throw new KernelException("load the kernel programs", -result, LibBpfLog.End());
            migration.Finish();
            return new(opened, migration);
        }
        catch
        {
            migration?.Dispose();
            LibBpf.CloseObject(opened);
            throw;
        }
    }

    /// <summary>
    /// Does <paramref name="switching"/>, which puts these programs in the place of another version's that have maps of their own. What those note until then is
    /// brought over before and after it. Nothing is done if there is no such version, or it was done before.
    /// </summary>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    internal void TakeOver(Action switching)
    {
        if (_migration is not { } migration)
            return;
        migration.CatchUp(switched: false);
        switching();
        migration.CatchUp(switched: true);
        migration.Dispose();
        _migration = null;
    }

    /// <summary>The places that programs with maps pinned below <paramref name="pinRoot"/> are at, without loading any.</summary>
    public static IReadOnlyList<uint> PinnedPlaces(string pinRoot)
    {
        LibBpfLog.Begin();
        var map = LibBpf.OpenPinned(Path.Combine(pinRoot, "endpoints"));
        LibBpfLog.End();
        if (map < 0)
            return [];
        using var owned = new Descriptor(map);
        return new BpfMap<uint, Endpoint>("endpoints", map).Keys();
    }

    /// <summary>A map's counters, one set a CPU.</summary>
    public PerCpuMap<Counter, ulong> OpenCounters() => new("counters", Descriptor("counters"));

    /// <summary>The traffic of conversations.</summary>
    public PerCpuMap<TrafficKey, Traffic> OpenTraffic() => new("traffic", Descriptor("traffic"));

    /// <summary>The kernel's events, from now on.</summary>
    public EventRing OpenEvents(EventRing.SampleHandler handler) => new(Descriptor("events"), handler);

    /// <summary>
    /// The tables that can be full, with their fill: some milliseconds for a full one. Those that forget the longest unused keep what is
    /// over until its place is needed; of them only what still counts is counted, where that can be told.
    /// </summary>
    public IReadOnlyList<(string Name, long Entries, long Capacity)> TableSizes()
    {
        var now = ConnectionTables.Now();
        return [.. s_tables.Select(name => (name, Entries(name, now), BpfMapSize.Capacity(Descriptor(name))))];
    }

    private long Entries(string name, ulong now) => name switch
    {
        "openings" or "other_connections" => Map<ConnectionKey, Connection>(name).Count(c => c.IsAlive(now, isTcp: false)),
        "tcp_connections" => Map<ConnectionKey, Connection>(name).Count(c => c.IsAlive(now, isTcp: true)),
        "name_addresses" => Map<NameAddressKey, NameAddress>(name).Count(a => now < a.Expires),
        _ => BpfMapSize.Count(Descriptor(name)),
    };

    /// <summary>A map by its name, for tests and tools.</summary>
    internal BpfMap<TKey, TValue> Map<TKey, TValue>(string name)
        where TKey : unmanaged
        where TValue : unmanaged => new(name, Descriptor(name));

    /// <summary>Whether there is a program of that name.</summary>
    internal bool Has(string program) => LibBpf.FindProgram(_object, program) != 0;

    /// <summary>A program's file descriptor; owned by this object.</summary>
    internal int Program(string name) => LibBpf.ProgramDescriptor(Find(name));

    internal nint Find(string program)
    {
        var found = LibBpf.FindProgram(_object, program);
        return found != 0 ? found : throw new InvalidOperationException($"There is no kernel program '{program}'.");
    }

    public void Dispose()
    {
        _migration?.Dispose();
        LibBpf.CloseObject(_object);
    }

    internal int Descriptor(string map)
    {
        var descriptor = LibBpf.FindMap(_object, map);
        return descriptor >= 0 ? descriptor : throw new InvalidOperationException($"There is no map '{map}'.");
    }

    // Only the length of the key counts here.
    [StructLayout(LayoutKind.Sequential, Size = 24)]
    private struct NameAddressKey;
}
