using System.Runtime.InteropServices;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Maps;
using Bulwark.Kernel.Native;
using Bulwark.Kernel.Tests.Harness;

namespace Bulwark.Kernel.Tests.Migration;

public sealed unsafe class MapMigrationTests : IDisposable
{
    // A connection had no workload yet, and fields in another order.
    private const string Connections =
        """
        struct connection_key { struct address local; struct address remote; __u32 ifindex; __u16 local_port; __u16 remote_port; __u8 transport;
            __u8 icmp_request; __u8 icmp_opener; __u8 pad[5]; };
        struct connection { __u64 last_seen; __u32 peer; __u32 policy; __u16 epoch; __u16 server_port; __u8 opened_by; __u8 state; __u8 verdict; __u8 fins;
            __u8 samples; __u8 seen; __u16 gone; __u32 opening_bytes; };
        MAP(tcp_connections, BPF_MAP_TYPE_LRU_HASH, 0, 131072, struct connection_key, struct connection)
        """;

    private const string Settings = "MAP(settings, BPF_MAP_TYPE_ARRAY, 0, 6, __u32, __u32)";
    private const string Counters = "MAP(counters, BPF_MAP_TYPE_PERCPU_ARRAY, 0, 4, __u32, __u64)";

    private readonly PinFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Entries_are_brought_over_field_by_field()
    {
        var key = new ConnectionKey { Interface = 7, LocalPort = 40000, RemotePort = 80, Transport = 6 };
        using (var older = new OlderMaps(_folder.Path, Connections))
        {
            older.Map<ConnectionKey, OlderConnection>("tcp_connections").Set(key, new()
            {
                LastSeen = 11,
                Peer = 12,
                Policy = 13,
                Epoch = 14,
                ServerPort = 80,
                OpenedBy = 1,
                State = 2,
                Verdict = 1,
                Fins = 3,
                Samples = 2,
                Seen = 3,
                OpeningBytes = 15,
            });
        }

        using var kernel = KernelPrograms.Load(_folder.Path);

        Assert.True(kernel.Map<ConnectionKey, Connection>("tcp_connections").TryGet(key, out var found));
        Assert.Equal(
            new Connection
            {
                LastSeen = 11,
                Peer = 12,
                Policy = 13,
                Epoch = 14,
                ServerPort = 80,
                OpenedBy = 1,
                State = 2,
                Verdict = 1,
                Fins = 3,
                Samples = 2,
                Seen = 3,
                OpeningBytes = 15,
            },
            found);
    }

    [Fact]
    public void Settings_are_kept_and_numbers_that_two_versions_may_give_out_are_left_apart()
    {
        using (var older = new OlderMaps(_folder.Path, Settings))
        {
            var settings = older.Map<uint, uint>("settings");
            settings.Set((uint)Setting.NextName, 100);
            settings.Set((uint)Setting.NextPolicy, 55);
        }

        using var kernel = KernelPrograms.Load(_folder.Path);

        Assert.True(kernel.Settings.TryGet(Setting.NextPolicy, out var policy));
        Assert.True(kernel.Settings.TryGet(Setting.NextName, out var name));
        Assert.True(kernel.Settings.TryGet(Setting.NextOwnExecutable, out var own));
        Assert.Equal((55u, 0u), (policy, own));
        Assert.True(name >= 100 + 1000);
    }

    [Fact]
    public void Counters_of_every_CPU_are_kept()
    {
        using (var older = new OlderMaps(_folder.Path, Counters))
        {
            var values = new ulong[LibBpf.PossibleCpus()];
            Array.Fill(values, 5ul);
            var key = (uint)Counter.Blocked;
            fixed (ulong* start = values)
                Assert.Equal(0, LibBpf.Update(older.Descriptor("counters"), &key, start, 0));
        }

        using var kernel = KernelPrograms.Load(_folder.Path);

        var sum = 0ul;
        kernel.OpenCounters().TryRead(Counter.Blocked, (in Counter _, PerCpuMap<Counter, ulong>.PerCpuValues values) =>
        {
            for (var cpu = 0; cpu < values.Count; cpu++)
                sum += values[cpu];
        });
        Assert.Equal(5ul * (ulong)LibBpf.PossibleCpus(), sum);
    }

    [Fact]
    public void The_programs_of_the_other_version_keep_their_own_maps()
    {
        using var older = new OlderMaps(_folder.Path, Settings);
        using var kernel = KernelPrograms.Load(_folder.Path);

        older.Map<uint, uint>("settings").Set((uint)Setting.NextPolicy, 9);

        Assert.True(kernel.Settings.TryGet(Setting.NextPolicy, out var policy));
        Assert.Equal(0u, policy);
    }

    [Fact]
    public void Maps_that_look_the_same_are_taken_over_as_they_are()
    {
        using var first = KernelPrograms.Load(_folder.Path);
        first.HostNamespaces.Set(1, 1);
        using var second = KernelPrograms.Load(_folder.Path);

        first.HostNamespaces.Set(2, 1);

        Assert.True(second.HostNamespaces.TryGet(1, out _));
        Assert.True(second.HostNamespaces.TryGet(2, out _));
        Assert.DoesNotContain(Directory.GetFiles(_folder.Path), pin => pin.EndsWith("_next", StringComparison.Ordinal));
    }

    [Fact]
    public void What_was_brought_over_is_pinned_under_its_name_for_the_next_process()
    {
        using (new OlderMaps(_folder.Path, Connections + Settings + Counters))
        {
        }
        using (var first = KernelPrograms.Load(_folder.Path))
            first.Settings.Set(Setting.NextPolicy, 77);
        Assert.DoesNotContain(Directory.GetFiles(_folder.Path), pin => pin.EndsWith("_next", StringComparison.Ordinal));

        using var second = KernelPrograms.Load(_folder.Path);

        Assert.True(second.Settings.TryGet(Setting.NextPolicy, out var policy));
        Assert.Equal(77u, policy);
    }

    [Fact]
    public void What_an_interrupted_migration_left_is_in_nobodys_way()
    {
        using (var older = new OlderMaps(_folder.Path, Settings))
        {
            older.Map<uint, uint>("settings").Set((uint)Setting.NextPolicy, 5);
            Assert.Equal(0, LibBpf.Pin(older.Descriptor("settings"), Path.Combine(_folder.Path, "settings_next")));
        }

        using var kernel = KernelPrograms.Load(_folder.Path);

        Assert.True(kernel.Settings.TryGet(Setting.NextPolicy, out var policy));
        Assert.Equal(5u, policy);
    }

    [Fact]
    public void Entries_that_do_not_fit_are_an_error_and_the_other_versions_maps_stay()
    {
        using var older = new OlderMaps(
            _folder.Path, "MAP(host_namespaces, BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, 128, __u64, __u32)");
        var namespaces = older.Map<ulong, uint>("host_namespaces");
        for (var i = 1ul; i <= 100; i++)
            namespaces.Set(i, 1);

        var error = Assert.Throws<KernelException>(() => KernelPrograms.Load(_folder.Path));

        Assert.Contains("host_namespaces", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFiles(_folder.Path), pin => pin.EndsWith("_next", StringComparison.Ordinal));
        using var pinned = new Descriptor(LibBpf.OpenPinned(Path.Combine(_folder.Path, "host_namespaces")));
        Assert.Equal(100, BpfMapSize.Count(pinned.Value));
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct OlderConnection
    {
        public ulong LastSeen;
        public uint Peer;
        public uint Policy;
        public ushort Epoch;
        public ushort ServerPort;
        public byte OpenedBy;
        public byte State;
        public byte Verdict;
        public byte Fins;
        public byte Samples;
        public byte Seen;
        public ushort Gone;
        public uint OpeningBytes;
    }
}
