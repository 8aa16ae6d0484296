using System.Net;
using System.Runtime.InteropServices;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Native;
using Bulwark.Model;
using Bulwark.Model.Enforcement;

namespace Bulwark.Kernel.Tests.Harness;

/// <summary>
/// The packet programs with fresh maps, and a container "web" behind an interface. The kernel runs them on packets as if these came
/// through it (BPF_PROG_TEST_RUN). Another container, the host, virtual addresses of both
/// containers' services, and the world are there to talk with.
/// </summary>
internal sealed unsafe class PacketTrial : IDisposable
{
    public const uint Interface = 1; // any that exists: the loopback's, in every network namespace
    public const ulong Namespace = 4711;

    public static readonly Identity Web = new(0x101);
    public static readonly Identity Database = new(0x102);
    public const uint WebNumber = 1;
    public const uint DatabaseNumber = 2;

    private readonly PinFolder _folder = new();
    private readonly EventRing _ring;
    private readonly List<Told> _told = [];
    private uint _version;

    public PacketTrial()
    {
        Kernel = KernelPrograms.Load(_folder.Path);
        _ring = Kernel.OpenEvents(sample => _told.Add(Told.Read(sample)));
        Kernel.Endpoints.Set(Interface, new() { Netns = Namespace, Workload = Web.Value, Container = WebNumber });
        Own("10.0.0.1", Identity.Host, 0);
        Own("10.0.0.255", Identity.Multicast, 0);
        Own("10.0.0.2", Web, WebNumber);
        Own("10.0.0.3", Database, DatabaseNumber);
        Own("10.0.0.50", Web, 0);
        Own("10.0.0.51", Database, 0);
        Own("fd00::1", Identity.Host, 0);
        Own("fd00::2", Web, WebNumber);
        Own("fd00::3", Database, DatabaseNumber);
    }

    public KernelPrograms Kernel { get; }

    public static PolicyEntry Out(Identity peer, byte transport, int port) => new(Direction.Out, peer, new(transport), (ushort)port);

    public static PolicyEntry In(Identity peer, byte transport, int port) => new(Direction.In, peer, new(transport), (ushort)port);

    public PacketTrial Learn() => Put(Mode.Learn);

    public PacketTrial Audit(params PolicyEntry[] entries) => Put(Mode.Audit, entries);

    public PacketTrial Protect(params PolicyEntry[] entries) => Put(Mode.Protect, entries);

    /// <summary>Gives "web" a policy under a new version.</summary>
    public PacketTrial Put(Mode mode, params PolicyEntry[] entries) => Put(Web, mode, entries);

    /// <summary>Gives any workload a policy under a new version.</summary>
    public PacketTrial Put(Identity workload, Mode mode, IEnumerable<PolicyEntry> entries)
    {
        _version++;
        foreach (var entry in entries)
            Kernel.Policies.Set(KeyOf(entry), Permission.All);
        using var change = Kernel.Changes.Begin();
        Kernel.Workloads.Set(workload.Value, new() { Policy = _version, Mode = (uint)mode });
        return this;
    }

    /// <summary>On the conversation of an entry of the last policy, the server may announce ports.</summary>
    public PacketTrial Announcing(PolicyEntry entry)
    {
        Kernel.Policies.Set(KeyOf(entry), Permission.All | Permission.Announces);
        return this;
    }

    public void Own(string address, Identity identity, uint container)
    {
        using var change = Kernel.Changes.Begin();
        Kernel.Addresses.Set(MappedAddress.From(IPAddress.Parse(address)), new() { Identity = identity.Value, Container = container });
    }

    public void Range(string range, uint identity)
    {
        var network = IPNetwork.Parse(range);
        var mapped = network.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? 96u : 0;
        using var change = Kernel.Changes.Begin();
        Kernel.Ranges.Set(
            new() { PrefixLength = mapped + (uint)network.PrefixLength, Address = MappedAddress.From(network.BaseAddress) }, identity);
    }

    /// <summary>Lets time pass for the programs; a negative one is a core whose clock is ahead.</summary>
    public void Pass(TimeSpan time) => KernelTime.Pass(Kernel, time);

    /// <summary>Fills the buckets that limit refusals and attempts.</summary>
    public void Refill()
    {
        var buckets = Kernel.Map<(uint, uint, uint), UInt128>("buckets");
        foreach (var key in buckets.Keys())
            buckets.Remove(key);
    }

    /// <summary>The container behind an interface sends the packet.</summary>
    public Outcome Send(Packet packet, uint @interface = Interface) => Run("from_container", packet.ToFrame(), @interface: @interface);

    public Outcome Send(byte[] frame) => Run("from_container", frame);

    /// <summary>The packet arrives for the container behind an interface.</summary>
    /// <param name="cameIn">By which interface it came to the host; 0 if the host sends it.</param>
    public Outcome Receive(Packet packet, uint @interface = Interface, uint cameIn = 0) => Run("to_container", packet.ToFrame(), @interface: @interface, cameIn: cameIn);

    public Outcome Receive(byte[] frame, uint mark = 0, uint cameIn = 0) => Run("to_container", frame, mark, cameIn: cameIn);

    /// <summary>The container whose network namespace the interface is in sends the packet.</summary>
    public Outcome SendInside(Packet packet) => Run("device_sends", packet.ToFrame());

    /// <summary>The packet arrives for the container whose network namespace the interface is in.</summary>
    public Outcome ReceiveInside(Packet packet) => Run("device_receives", packet.ToFrame());

    /// <summary>
    /// Many packets, made by changing one frame again and again, at an interface; how many passed.
    /// </summary>
    /// <param name="sent">Whether the container behind the interface sends them, or they arrive for it.</param>
    public int Flood(uint @interface, bool sent, byte[] frame, int count, Action<byte[], int> change)
    {
        var passed = 0;
        SocketBuffer before = new() { Interface = @interface };
        var options = new LibBpf.TestRunOptions
        {
            Size = LibBpf.SizeOf<LibBpf.TestRunOptions>(),
            DataSizeIn = (uint)frame.Length,
            ContextIn = &before,
            ContextSizeIn = (uint)sizeof(SocketBuffer),
            Repeat = 1,
        };
        var program = Kernel.Program(sent ? "from_container" : "to_container");
        fixed (byte* data = frame)
        {
            options.DataIn = data;
            for (var i = 0; i < count; i++)
            {
                change(frame, i);
                options.DataSizeOut = 0; // the last run left its own
                var result = LibBpf.TestRun(program, &options);
                if (result != 0)
                    throw new KernelException("run a program on a packet", -result);
                passed += new Outcome((int)options.ReturnValue, [], 0).Passed ? 1 : 0;
            }
        }
        return passed;
    }

    /// <summary>The events since the last call.</summary>
    public IReadOnlyList<Told> Events()
    {
        _ring.Poll(0);
        var told = _told.ToList();
        _told.Clear();
        return told;
    }

    public ulong Count(Counter counter) => Sums.Of(Kernel, counter);

    public void Dispose()
    {
        _ring.Dispose();
        Kernel.Dispose();
        _folder.Dispose();
    }

    private PolicyKey KeyOf(PolicyEntry entry) => new()
    {
        Policy = _version,
        Peer = entry.Peer.Value,
        Port = entry.Port,
        Transport = entry.Transport.Number,
        Direction = (byte)entry.Direction,
    };

    private Outcome Run(string program, byte[] frame, uint mark = 0, uint @interface = Interface, uint cameIn = 0)
    {
        var output = new byte[frame.Length + 256];
        SocketBuffer before = new() { Mark = mark, CameIn = cameIn, Interface = @interface }, after = default;
        var options = new LibBpf.TestRunOptions
        {
            Size = LibBpf.SizeOf<LibBpf.TestRunOptions>(),
            DataSizeIn = (uint)frame.Length,
            DataSizeOut = (uint)output.Length,
            ContextIn = &before,
            ContextOut = &after,
            ContextSizeIn = (uint)sizeof(SocketBuffer),
            ContextSizeOut = (uint)sizeof(SocketBuffer),
            Repeat = 1,
        };
        fixed (byte* dataIn = frame, dataOut = output)
        {
            options.DataIn = dataIn;
            options.DataOut = dataOut;
            var result = LibBpf.TestRun(Kernel.Program(program), &options);
            if (result != 0)
                throw new KernelException($"run {program} on a packet of {frame.Length} bytes", -result);
        }
        return new((int)options.ReturnValue, output[..(int)options.DataSizeOut], after.Mark);
    }

    // struct __sk_buff (linux/bpf.h), of which a test run takes few fields.
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct SocketBuffer
    {
        [FieldOffset(8)]
        public uint Mark;

        [FieldOffset(36)]
        public uint CameIn;

        [FieldOffset(40)]
        public uint Interface;
    }
}
