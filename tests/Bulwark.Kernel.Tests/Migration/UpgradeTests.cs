using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using Bulwark.Model.Enforcement;

namespace Bulwark.Kernel.Tests.Migration;

/// <summary>Another version's programs take over from those in force, and back, while containers talk.</summary>
public sealed class UpgradeTests(ITestOutputHelper output) : IDisposable
{
    private const int Times = 3; // there and back

    private WatchedBridge _bridge = new();

    public void Dispose() => _bridge.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_forbidden_arrives_and_nothing_allowed_breaks_while_versions_with_other_maps_take_turns(bool useClsact)
    {
        if (useClsact)
        {
            _bridge.Dispose();
            _bridge = new(useClsact);
        }
        Protect();
        Fill();
        var before = State();
        var load = new BridgeLoad(_bridge);

        for (var i = 0; i < Times; i++)
        {
            Take(OlderPrograms.Object);
            Take(null);
        }

        var went = load.Stop();
        output.WriteLine(went.ToString());
        Assert.Empty(went.Broken);
        Assert.Equal((8, 8, 0), (went.Streams, went.Datagrams, went.Unanswered));
        Assert.Equal(0, went.Arrived);
        Assert.True(went.Asked > 300, $"only {went.Asked} asked");
        Assert.True(went.Subscribed > 50, $"only {went.Subscribed} subscribed");
        Assert.True(went.Attempts > 300, $"only {went.Attempts} attempts");
        Assert.Equal(before, State());
    }

    [Fact]
    public void What_cannot_be_taken_over_is_an_error_and_the_programs_in_force_stay_in_force()
    {
        Protect();
        Take(OlderPrograms.Object);
        var namespaces = _bridge.Kernel.HostNamespaces;
        for (var i = 0ul; i < 100; i++)
            namespaces.Set(1000 + i, 1); // today's has room for 64
        var load = new BridgeLoad(_bridge);

        for (var i = 0; i < Times; i++)
        {
            var error = Assert.Throws<KernelException>(() => _bridge.Load(null));
            Assert.Contains("bring the entries of the map 'host_namespaces' into that of this version", error.Message, StringComparison.Ordinal);
        }

        var went = load.Stop();
        Assert.Empty(went.Broken);
        Assert.Equal((8, 8, 0), (went.Streams, went.Datagrams, went.Arrived));
        foreach (var key in namespaces.Keys().Skip(10))
            namespaces.Remove(key);
        Take(null);
        Assert.True(_bridge.Kernel.HostNamespaces.Keys().Count is > 0 and <= 10);
    }

    [Fact]
    public void Programs_at_control_groups_are_switched_with_the_others()
    {
        var cgroup = Path.Combine(CgroupHierarchy.FindUnified()!, $"bulwark-test-{Guid.NewGuid():N}");
        Directory.CreateDirectory(cgroup);
        try
        {
            new CgroupHooks(_bridge.Kernel, _bridge.Pins, cgroup).Attach();
            new ControlGroupHooks(_bridge.Kernel, _bridge.Pins).Attach(Place.ControlGroup | 7, cgroup);

            Take(OlderPrograms.Object);

            Assert.Equal(0, new CgroupHooks(_bridge.Kernel, _bridge.Pins, cgroup).Restore());
            var hooks = new ControlGroupHooks(_bridge.Kernel, _bridge.Pins);
            Assert.True(hooks.AreAttached(Place.ControlGroup | 7));
            Assert.Equal(Place.ControlGroup | 7, hooks.PlaceOf(cgroup));
        }
        finally
        {
            Directory.Delete(cgroup);
        }
    }

    // As `bulwark up` does: between the two it brings policies to the kernel, and hears from Docker who runs.
    private void Take(byte[]? programs)
    {
        var loaded = _bridge.Load(programs);
        Thread.Sleep(200);
        _bridge.Switch(loaded);
        Thread.Sleep(200);
    }

    private void Protect()
    {
        _bridge.Protect(
            WatchedBridge.Client, Entry(Direction.Out, WatchedBridge.Server, 6, 5000), Entry(Direction.Out, WatchedBridge.Server, 17, 5000),
            Entry(Direction.Out, WatchedBridge.Server, 6, 6001), Entry(Direction.Out, WatchedBridge.Server, 17, 6001),
            Entry(Direction.In, WatchedBridge.Server, 6, 7002), Entry(Direction.In, WatchedBridge.Server, 17, 7002));
        _bridge.Protect(
            WatchedBridge.Server, Entry(Direction.In, WatchedBridge.Client, 6, 5000), Entry(Direction.In, WatchedBridge.Client, 17, 5000),
            Entry(Direction.In, WatchedBridge.Client, 6, 6002), Entry(Direction.In, WatchedBridge.Client, 17, 6002),
            Entry(Direction.Out, WatchedBridge.Client, 6, 7001), Entry(Direction.Out, WatchedBridge.Client, 17, 7001));
    }

    private static PolicyEntry Entry(Direction direction, Identity peer, byte transport, ushort port) => new(direction, peer, new(transport), port);

    // What the agent writes, of every kind.
    private void Fill()
    {
        var kernel = _bridge.Kernel;
        for (var i = 1u; i <= 200; i++)
        {
            kernel.Policies.Set(new() { Policy = 7000, Peer = i, Port = (ushort)i, Transport = 6, Direction = 1 }, Permission.Listed);
            kernel.PolicyExecutables.Set(new() { Entry = new() { Policy = 7000, Peer = i, Port = (ushort)i, Transport = 6, Direction = 1 }, Executable = 0x4000_0000 + i }, 1);
            kernel.Addresses.Set(MappedAddress.From(new System.Net.IPAddress([10, 98, 0, (byte)i])), new() { Identity = 0x300 + i, Container = 50 + i });
            kernel.Ranges.Set(new() { PrefixLength = 120, Address = MappedAddress.From(new System.Net.IPAddress([192, 168, (byte)i, 0])) }, Identity.FirstRange + i);
            kernel.Workloads.Set(0x300 + i, new() { Policy = 8000 + i, Mode = (uint)Mode.Audit });
            kernel.Proxies.Set(new() { Executable = i, MountNamespace = 100 + i }, 1);
            kernel.Namespaces.Set(5000 + i, new() { Netns = 5000 + i, Workload = 0x300 + i, Container = 50 + i });
            kernel.ExecutableFiles.Set(new() { Inode = i, NameHash = 2 * i, ParentHash = 3 * i, Device = 4 }, i);
            kernel.TrafficTold.Set(new() { Workload = i, Peer = 2, Port = 3, Transport = 6 }, new() { BytesOut = i, BytesIn = 2 * i });
        }
    }

    private string State()
    {
        var kernel = _bridge.Kernel;
        return string.Join('\n',
            Text(kernel.Endpoints.Entries()), Text(kernel.Workloads.Entries()), Text(kernel.Policies.Entries()), Text(kernel.PolicyExecutables.Entries()),
            Text(kernel.Addresses.Entries()), Text(kernel.Ranges.Entries()), Text(kernel.Proxies.Entries()), Text(kernel.Namespaces.Entries()),
            Text(kernel.ExecutableFiles.Entries()), Text(kernel.TrafficTold.Entries()));
    }

    // Byte by byte, in an order of its own.
    private static string Text<TKey, TValue>(IEnumerable<KeyValuePair<TKey, TValue>> entries)
        where TKey : unmanaged
        where TValue : unmanaged =>
        string.Join(' ', entries.Select(entry => Hex(entry.Key) + ":" + Hex(entry.Value)).Order(StringComparer.Ordinal));

    private static unsafe string Hex<T>(T value)
        where T : unmanaged => Convert.ToHexString(new ReadOnlySpan<byte>(&value, sizeof(T)));
}
