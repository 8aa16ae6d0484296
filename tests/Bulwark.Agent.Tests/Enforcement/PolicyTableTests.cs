using System.Net;
using Bulwark.Agent.Enforcement;
using Bulwark.Agent.Tests.Harness;
using Bulwark.Kernel.Layout;
using Bulwark.Model;
using Bulwark.Model.Enforcement;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace Bulwark.Agent.Tests.Enforcement;

public sealed class PolicyTableTests : IDisposable
{
    private static readonly Identity s_web = new(0x101);
    private static readonly Identity s_database = new(0x102);

    private readonly LoadedKernel _kernel = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void A_new_workload_learns()
    {
        new PolicyTable(_kernel.Programs, _time).Ensure(s_web);

        Assert.Equal((uint)Mode.Learn, PolicyOf(s_web).Mode);
    }

    [Fact]
    public void A_workload_that_is_known_keeps_its_policy()
    {
        var table = new PolicyTable(_kernel.Programs, _time);
        table.Apply(s_web, Mode.Protect, [Entry(80)]);
        var before = PolicyOf(s_web);
        table.Ensure(s_web);

        Assert.Equal(before, PolicyOf(s_web));
    }

    [Fact]
    public void A_policy_is_in_the_kernel_as_it_was_given()
    {
        PolicyEntry[] entries = [Entry(80), new(Direction.In, Identity.Any, Transport.Udp, 53), new(Direction.Out, Identity.World, default, 0)];
        new PolicyTable(_kernel.Programs, _time).Apply(s_web, Mode.Audit, entries);

        var policy = PolicyOf(s_web);
        Assert.Equal((uint)Mode.Audit, policy.Mode);
        Assert.Equal(
            entries.Select(e => new PolicyKey { Policy = policy.Policy, Peer = e.Peer.Value, Port = e.Port, Transport = e.Transport.Number, Direction = (byte)e.Direction }).ToHashSet(),
            _kernel.Programs.Policies.Keys().ToHashSet());
    }

    [Fact]
    public async Task A_policy_is_never_without_its_entries_while_it_changes()
    {
        var table = new PolicyTable(_kernel.Programs, _time);
        table.Apply(s_web, Mode.Protect, [Entry(1)]);
        using var done = new CancellationTokenSource();
        var missing = 0L;
        // What a packet does: the version first, then the entry. The version may change in between; then it is looked at again.
        var packets = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                var policy = PolicyOf(s_web);
                var found = _kernel.Programs.Policies.TryGet(KeyOf(policy.Policy, Entry(1)), out _);
                if (!found && PolicyOf(s_web) == policy)
                    missing++;
            }
        });
        for (ushort port = 2; port < 300; port++)
            table.Apply(s_web, Mode.Protect, [Entry(1), Entry(port)]);
        await done.CancelAsync();
        await packets;

        Assert.Equal(0, missing);
    }

    [Fact]
    public void The_entries_of_the_policy_before_go_a_moment_after_the_switch()
    {
        var table = new PolicyTable(_kernel.Programs, _time);
        table.Apply(s_web, Mode.Protect, [Entry(80), Entry(81)]);
        var before = PolicyOf(s_web);
        table.Apply(s_web, Mode.Protect, [Entry(82)]);
        Assert.Equal(3, _kernel.Programs.Policies.Keys().Count);
        DeleteRetired(table);

        Assert.NotEqual(before.Policy, PolicyOf(s_web).Policy);
        Assert.Equal([KeyOf(PolicyOf(s_web).Policy, Entry(82))], _kernel.Programs.Policies.Keys());
    }

    [Fact]
    public void The_same_policy_again_changes_nothing()
    {
        var table = new PolicyTable(_kernel.Programs, _time);
        table.Apply(s_web, Mode.Protect, [Entry(80), Entry(81)]);
        var before = PolicyOf(s_web);
        table.Apply(s_web, Mode.Protect, [Entry(81), Entry(80), Entry(80)]);

        Assert.Equal(before, PolicyOf(s_web));
    }

    [Fact]
    public void Another_mode_is_another_version_so_that_open_connections_are_judged_anew()
    {
        var table = new PolicyTable(_kernel.Programs, _time);
        table.Apply(s_web, Mode.Audit, [Entry(80)]);
        var before = PolicyOf(s_web);
        table.Apply(s_web, Mode.Protect, [Entry(80)]);

        Assert.NotEqual(before.Policy, PolicyOf(s_web).Policy);
        Assert.Equal((uint)Mode.Protect, PolicyOf(s_web).Mode);
    }

    [Fact]
    public void A_policy_that_does_not_fit_leaves_the_old_one_and_no_garbage()
    {
        const int Capacity = 524_288; // of the kernel's table
        var table = new PolicyTable(_kernel.Programs, _time);
        table.Apply(s_database, Mode.Protect, [Entry(5432)]);
        table.Apply(s_web, Mode.Protect, [Entry(80)]);
        var before = PolicyOf(s_web);
        var many = Enumerable.Range(0, Capacity).Select(i => new PolicyEntry(Direction.Out, new(0x1000u + (uint)(i >> 16)), Transport.Tcp, (ushort)i)).ToList();

        var thrown = Assert.Throws<PolicyTooLargeException>(() => table.Apply(s_web, Mode.Protect, many));

        Assert.Equal((s_web, Capacity), (thrown.Workload, thrown.Entries));
        Assert.Equal(before, PolicyOf(s_web));
        Assert.Equal(
            new[] { KeyOf(before.Policy, Entry(80)), KeyOf(PolicyOf(s_database).Policy, Entry(5432)) }.ToHashSet(),
            _kernel.Programs.Policies.Keys().ToHashSet());
        table.Apply(s_web, Mode.Protect, [Entry(81)]);
        Assert.True(_kernel.Programs.Policies.TryGet(KeyOf(PolicyOf(s_web).Policy, Entry(81)), out _));
    }

    [Fact]
    public void A_policy_that_fits_only_in_the_place_of_one_that_goes_takes_it()
    {
        const int MoreThanHalf = 300_000; // of the kernel's table
        var table = new PolicyTable(_kernel.Programs, _time);
        var many = Enumerable.Range(0, MoreThanHalf).Select(i => new PolicyEntry(Direction.Out, new(0x1000u + (uint)(i >> 16)), Transport.Tcp, (ushort)i)).ToList();
        table.Apply(s_web, Mode.Protect, many);
        table.Apply(s_web, Mode.Protect, [Entry(80)]);
        _time.Advance(TimeSpan.FromSeconds(1));

        table.Apply(s_web, Mode.Protect, many);

        Assert.Equal(MoreThanHalf, _kernel.Programs.Policies.Keys().Count(key => key.Policy == PolicyOf(s_web).Policy));
    }

    [Fact]
    public void A_policy_of_many_entries_is_there_to_the_last_and_goes_to_the_last()
    {
        const int Many = 10_000; // more than one call to the kernel carries
        var table = new PolicyTable(_kernel.Programs, _time);
        var entries = Enumerable.Range(1, Many).Select(port => new PolicyEntry(Direction.Out, s_database, Transport.Tcp, (ushort)port)).ToList();
        var executables = entries.Select(entry => new ExecutableEntry(entry, "/usr/bin/app")).ToList();

        table.Apply(s_web, Mode.Protect, entries, executables);
        var version = PolicyOf(s_web).Policy;
        var written = _kernel.Programs.Policies.Keys();
        table.Apply(s_web, Mode.Protect, [Entry(80)]);
        DeleteRetired(table);

        Assert.Equal(entries.Select(entry => KeyOf(version, entry)).ToHashSet(), written.ToHashSet());
        Assert.Equal([KeyOf(PolicyOf(s_web).Policy, Entry(80))], _kernel.Programs.Policies.Keys());
        Assert.Empty(_kernel.Programs.PolicyExecutables.Keys());
    }

    [Fact]
    public void An_agent_after_this_one_takes_over_what_is_in_force()
    {
        new PolicyTable(_kernel.Programs, _time).Apply(s_web, Mode.Protect, [Entry(80)]);
        var before = PolicyOf(s_web);

        var table = new PolicyTable(_kernel.Reload(), _time);
        Assert.Equal(before, PolicyOf(s_web));
        table.Apply(s_web, Mode.Protect, [Entry(80)]);
        Assert.Equal(before, PolicyOf(s_web));
        table.Apply(s_web, Mode.Protect, [Entry(81)]);
        DeleteRetired(table);

        Assert.Equal([KeyOf(PolicyOf(s_web).Policy, Entry(81))], _kernel.Programs.Policies.Keys());
    }

    [Fact]
    public void What_an_update_that_was_cut_short_left_is_swept_by_the_next_agent()
    {
        new PolicyTable(_kernel.Programs, _time).Apply(s_web, Mode.Protect, [Entry(80)]);
        for (ushort port = 1; port <= 1000; port++)
            _kernel.Programs.Policies.Set(KeyOf(777, Entry(port)), Permission.All);

        _ = new PolicyTable(_kernel.Reload(), _time);

        Assert.Equal([KeyOf(PolicyOf(s_web).Policy, Entry(80))], _kernel.Programs.Policies.Keys());
    }

    [Fact]
    public void A_version_is_never_used_again()
    {
        var versions = new List<uint>();
        var table = new PolicyTable(_kernel.Programs, _time);
        for (ushort port = 1; port <= 5; port++)
        {
            table.Apply(s_web, Mode.Protect, [Entry(port)]);
            versions.Add(PolicyOf(s_web).Policy);
            table.Remove(s_web);
            table = new(_kernel.Reload(), _time);
            table.Ensure(s_database);
            versions.Add(PolicyOf(s_database).Policy);
            table.Remove(s_database);
        }

        Assert.Equal(versions.Count, versions.Distinct().Count());
    }

    [Fact]
    public void A_workload_that_is_removed_leaves_nothing()
    {
        var table = new PolicyTable(_kernel.Programs, _time);
        table.Apply(s_web, Mode.Protect, [Entry(80)]);
        table.Remove(s_web);
        DeleteRetired(table);

        Assert.Empty(_kernel.Programs.Workloads.Keys());
        Assert.Empty(_kernel.Programs.Policies.Keys());
    }

    [Fact]
    public void Whatever_is_applied_the_kernel_holds_the_last_policy_of_each_workload_and_nothing_else()
    {
        var table = new PolicyTable(_kernel.Programs, _time);
        var last = new Dictionary<Identity, HashSet<ushort>>();
        var change = Gen.Select(Gen.UInt[0x100, 0x103], Gen.UShort[1, 6].Array[0, 5], Gen.Bool);
        change.Sample((workload, ports, remove) =>
        {
            var identity = new Identity(workload);
            if (remove)
            {
                table.Remove(identity);
                last.Remove(identity);
            }
            else
            {
                table.Apply(identity, Mode.Protect, [.. ports.Select(Entry)]);
                last[identity] = [.. ports];
            }
            DeleteRetired(table);
            var expected = last.SelectMany(w => w.Value.Select(port => KeyOf(PolicyOf(w.Key).Policy, Entry(port)))).ToHashSet();
            Assert.Equal(expected, _kernel.Programs.Policies.Keys().ToHashSet());
        }, iter: 200, threads: 1);
    }

    [Fact]
    public void A_change_of_ranges_makes_the_kernel_look_at_peers_again_and_no_change_does_not()
    {
        var table = new PolicyTable(_kernel.Programs, _time);
        var range = IPNetwork.Parse("198.51.100.0/24");
        var start = Epoch();

        table.AssignRange(range, new(Identity.FirstRange));
        var assigned = Epoch();
        table.AssignRange(range, new(Identity.FirstRange));
        var again = Epoch();
        table.RemoveRange(range);
        var removed = Epoch();
        table.RemoveRange(range);

        Assert.NotEqual(start, assigned);
        Assert.Equal(assigned, again);
        Assert.NotEqual(again, removed);
        Assert.Equal(removed, Epoch());
    }

    [Theory]
    [InlineData("198.51.100.0/24", 120u)]
    [InlineData("198.51.100.7/32", 128u)]
    [InlineData("0.0.0.0/0", 96u)]
    [InlineData("2001:db8::/32", 32u)]
    [InlineData("::/0", 0u)]
    public void A_range_is_a_prefix_of_the_mapped_address(string range, uint length)
    {
        new PolicyTable(_kernel.Programs, _time).AssignRange(IPNetwork.Parse(range), new(Identity.FirstRange));

        var key = new RangeKey { PrefixLength = length, Address = MappedAddress.From(IPNetwork.Parse(range).BaseAddress) };
        Assert.True(_kernel.Programs.Ranges.TryGet(key, out var identity));
        Assert.Equal(Identity.FirstRange, identity);
    }

    [Fact]
    public void A_name_that_no_answer_of_DNS_can_have_is_refused()
    {
        var table = new PolicyTable(_kernel.Programs, _time);

        Assert.Throws<ArgumentException>(() => table.AssignName(new string('a', 256), new(Identity.FirstName)));
    }

    [Fact]
    public void An_entry_for_some_executables_lists_them_by_their_numbers()
    {
        new PolicyTable(_kernel.Programs, _time).Apply(s_web, Mode.Protect, [Entry(80), Entry(81)], [new(Entry(80), "/app"), new(Entry(80), "/job")]);

        var version = PolicyOf(s_web).Policy;
        Assert.True(_kernel.Programs.Policies.TryGet(KeyOf(version, Entry(80)), out var listed));
        Assert.True(_kernel.Programs.Policies.TryGet(KeyOf(version, Entry(81)), out var all));
        Assert.Equal((Permission.Listed, Permission.All), (listed, all));
        Assert.Equal(2, _kernel.Programs.PolicyExecutables.Keys().Count(key => key.Entry == KeyOf(version, Entry(80))));
    }

    [Fact]
    public void An_entry_on_whose_conversation_ports_may_be_announced_says_so_also_after_a_restart()
    {
        new PolicyTable(_kernel.Programs, _time).Apply(s_web, Mode.Protect, [Entry(21), Entry(80)], [new(Entry(21), "/app")], [Entry(21)]);
        var before = PolicyOf(s_web);
        Assert.True(_kernel.Programs.Policies.TryGet(KeyOf(before.Policy, Entry(21)), out var announcing));
        Assert.True(_kernel.Programs.Policies.TryGet(KeyOf(before.Policy, Entry(80)), out var other));
        Assert.Equal((Permission.Listed | Permission.Announces, Permission.All), (announcing, other));

        var table = new PolicyTable(_kernel.Reload(), _time);
        table.Apply(s_web, Mode.Protect, [Entry(21), Entry(80)], [new(Entry(21), "/app")], [Entry(21)]);
        Assert.Equal(before, PolicyOf(s_web));
        table.Apply(s_web, Mode.Protect, [Entry(21), Entry(80)], [new(Entry(21), "/app")]);
        Assert.NotEqual(before, PolicyOf(s_web));
    }

    [Fact]
    public void A_policy_that_changes_only_in_its_executables_changes()
    {
        var table = new PolicyTable(_kernel.Programs, _time);
        table.Apply(s_web, Mode.Protect, [Entry(80)], [new(Entry(80), "/app")]);
        var before = PolicyOf(s_web);
        table.Apply(s_web, Mode.Protect, [Entry(80)]);

        Assert.NotEqual(before, PolicyOf(s_web));
        _time.Advance(TimeSpan.FromSeconds(1));
        table.DeleteRetired();
        Assert.Empty(_kernel.Programs.PolicyExecutables.Keys());
    }

    [Fact]
    public void Who_may_bind_a_port_is_in_the_kernel_also_after_a_restart()
    {
        BindEntry[] binding = [new(Transport.Tcp, 80, "/usr/sbin/nginx"), new(Transport.Tcp, 80, "/app"), new(Transport.Udp, 53, "/app")];
        new PolicyTable(_kernel.Programs, _time).Apply(s_web, Mode.Protect, [Entry(80)], binding: binding);
        var before = PolicyOf(s_web);
        var keys = _kernel.Programs.Policies.Keys().Where(key => key.Direction == PolicyKey.Bind).ToList();
        Assert.Equal([(80, Transport.Tcp.Number), (53, Transport.Udp.Number)], keys.Select(key => ((int)key.Port, key.Transport)).OrderDescending());
        Assert.Equal(3, _kernel.Programs.PolicyExecutables.Keys().Count(key => key.Entry.Direction == PolicyKey.Bind && key.Entry.Policy == before.Policy));

        var table = new PolicyTable(_kernel.Reload(), _time);
        table.Apply(s_web, Mode.Protect, [Entry(80)], binding: binding);
        Assert.Equal(before, PolicyOf(s_web));
        table.Apply(s_web, Mode.Protect, [Entry(80)], binding: binding[..2]);
        Assert.NotEqual(before, PolicyOf(s_web));
    }

    [Fact]
    public void An_executable_keeps_its_number_over_a_restart()
    {
        new PolicyTable(_kernel.Programs, _time).Apply(s_web, Mode.Protect, [Entry(80)], [new(Entry(80), "/app")]);
        var number = Assert.Single(_kernel.Programs.PolicyExecutables.Keys()).Executable;
        var table = new PolicyTable(_kernel.Reload(), _time);
        table.Apply(s_web, Mode.Protect, [Entry(80), Entry(81)], [new(Entry(80), "/app")]);

        Assert.All(_kernel.Programs.PolicyExecutables.Keys(), key => Assert.Equal(number, key.Executable));
    }

    [Fact]
    public void Names_that_are_known_keep_their_numbers_when_the_kernel_has_forgotten_them()
    {
        new PolicyTable(_kernel.Programs, _time).ReserveNames(new(Identity.FirstName + 41));

        Assert.True(_kernel.Programs.Settings.TryGet(Setting.NextName, out var next));
        Assert.Equal(42u, next);
    }

    [Fact]
    public void Numbers_that_the_kernel_gave_out_meanwhile_are_not_given_out_again()
    {
        _kernel.Programs.Settings.Set(Setting.NextName, 100);

        new PolicyTable(_kernel.Programs, _time).ReserveNames(new(Identity.FirstName + 41));

        Assert.True(_kernel.Programs.Settings.TryGet(Setting.NextName, out var next));
        Assert.Equal(100u, next);
    }

    [Theory]
    [InlineData(Identity.FirstWorkload)]
    [InlineData(Identity.FirstOwnName)]
    [InlineData(Identity.FirstRange)]
    public void Only_what_the_kernel_gives_out_can_be_reserved(uint identity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new PolicyTable(_kernel.Programs, _time).ReserveNames(new(identity)));

    [Fact]
    public void Numbers_of_containers_go_on_after_a_restart()
    {
        var first = new PolicyTable(_kernel.Programs, _time).NextContainer();

        Assert.True(new PolicyTable(_kernel.Reload(), _time).NextContainer() > first);
    }

    private void DeleteRetired(PolicyTable table)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        table.DeleteRetired();
    }

    private static PolicyEntry Entry(ushort port) => new(Direction.Out, new(0x200), Transport.Tcp, port);

    private static PolicyKey KeyOf(uint version, PolicyEntry entry) => new()
    {
        Policy = version,
        Peer = entry.Peer.Value,
        Port = entry.Port,
        Transport = entry.Transport.Number,
        Direction = (byte)entry.Direction,
    };

    private WorkloadPolicy PolicyOf(Identity workload)
    {
        Assert.True(_kernel.Programs.Workloads.TryGet(workload.Value, out var policy));
        return policy;
    }

    private uint Epoch() => _kernel.Programs.Settings.TryGet(Setting.Changes, out var epoch) ? epoch : 0;
}
