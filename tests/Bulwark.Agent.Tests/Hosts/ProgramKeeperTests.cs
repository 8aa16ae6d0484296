using System.Collections.Concurrent;
using Bulwark.Agent.Hosts;
using Bulwark.Agent.Tests.Harness;
using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Netlink;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using Bulwark.Model.Observations;
using Bulwark.Model.Workloads;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Bulwark.Agent.Tests.Hosts;

public sealed class ProgramKeeperTests : IDisposable
{
    private const uint Number = 7;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);
    private static readonly Identity s_web = new(0x101);

    private readonly LoadedKernel _kernel = new();
    private readonly PrivateNetwork _network = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ContainerNumbers _numbers = new();
    private readonly ConcurrentQueue<ProgramsRestored> _told = new();
    private readonly PacketHooks _hooks;
    private readonly Endpoints _endpoints;
    private readonly ProgramKeeper _keeper;
    private readonly uint _veth;

    public ProgramKeeperTests()
    {
        _network.IpInside("link", "add", "outer", "type", "veth", "peer", "name", "inner");
        _veth = Inside(() => Interfaces.Links().Single(l => l.Name == "outer").Index);
        _hooks = PacketHooks.OfHostEnds(_kernel.Programs, _kernel.Folder, useTcx: false);
        _endpoints = new(_kernel.Programs, new(_kernel.Programs, _kernel.Folder, useTcx: false), NullLogger.Instance);
        _keeper = new(_endpoints, null, _numbers, Tell, _time, NullLogger.Instance);
        _numbers.Put(Number, new("c0ffee", 1));
        Inside(() => _endpoints.Claim(new WatchPoint.HostEnd(_veth), new(new Container("c0ffee", "shop-web-1"), s_web, Number)));
    }

    public void Dispose()
    {
        _network.Dispose();
        _kernel.Dispose();
    }

    [Fact]
    public void What_netlink_tells_is_enough_to_put_the_programs_back()
    {
        using var monitor = Inside(() => new NetlinkMonitor());
        using var stop = new CancellationTokenSource();
        using var restored = new SemaphoreSlim(0);
        var loop = new Thread(() => Inside(() =>
        {
            monitor.Run(change =>
            {
                if (change is not FiltersChanged filters)
                    return;
                LookAt(filters.Interface);
                if (!_told.IsEmpty && _hooks.AreInPlace(_veth))
                    restored.Release();
            }, stop.Token);
            return true;
        }));
        loop.Start();

        _network.TcInside("qdisc", "del", "dev", "outer", "clsact");

        Assert.True(restored.Wait(s_limit));
        stop.Cancel();
        loop.Join();
        var told = Assert.Single(_told);
        Assert.Equal((_veth, s_web, "c0ffee"), (told.Interface, told.Workload, told.ContainerId));
    }

    [Theory]
    [InlineData("qdisc", "del", "dev", "outer", "clsact")]
    [InlineData("filter", "del", "dev", "outer", "ingress")]
    [InlineData("filter", "del", "dev", "outer", "egress", "prio", "1")]
    [InlineData("filter", "add", "dev", "outer", "ingress", "prio", "1", "bpf", "bytecode", "1,6 0 0 0,", "flowid", "1:1")]
    public void What_was_taken_away_or_pushed_back_is_found_without_netlink_too(params string[] change)
    {
        _network.TcInside(change);
        LookAtAll();

        Assert.True(Inside(() => _hooks.AreInPlace(_veth)));
        Assert.Single(_told);
    }

    [Fact]
    public void Filters_of_others_behind_ours_are_nothing_to_tell_of()
    {
        _network.TcInside("filter", "add", "dev", "outer", "ingress", "prio", "2", "bpf", "bytecode", "1,6 0 0 0,", "flowid", "1:1");
        LookAt(_veth);
        LookAtAll();

        Assert.Empty(_told);
    }

    [Fact]
    public void An_interface_that_is_none_of_ours_is_left_alone()
    {
        _network.IpInside("link", "add", "other", "type", "veth", "peer", "name", "rest");
        var other = Inside(() => Interfaces.Links().Single(l => l.Name == "other").Index);
        _network.TcInside("qdisc", "add", "dev", "other", "clsact");
        LookAt(other);

        Assert.Empty(_told);
        Assert.False(Inside(() => _hooks.AreInPlace(other)));
    }

    [Fact]
    public void An_interface_that_went_with_its_container_is_nothing_to_tell_of()
    {
        _network.IpInside("link", "del", "outer");
        LookAt(_veth);
        LookAtAll();

        Assert.Empty(_told);
        Assert.Empty(_endpoints.Attached);
    }

    [Fact]
    public void Who_takes_them_away_all_the_time_is_told_of_once_a_second_and_gets_no_endless_fight()
    {
        for (var i = 0; i < 150; i++)
        {
            _network.TcInside("qdisc", "del", "dev", "outer", "clsact");
            LookAt(_veth);
            if (!Inside(() => _hooks.AreInPlace(_veth)))
                break;
        }
        Assert.False(Inside(() => _hooks.AreInPlace(_veth)));
        Assert.Single(_told);

        _time.Advance(TimeSpan.FromSeconds(1));
        LookAtAll();

        Assert.True(Inside(() => _hooks.AreInPlace(_veth)));
        Assert.Equal(2, _told.Count);
    }

    [Fact]
    public void What_cannot_be_put_back_is_tried_again()
    {
        _network.TcInside("qdisc", "del", "dev", "outer", "clsact");
        _network.TcInside("qdisc", "add", "dev", "outer", "ingress");
        LookAt(_veth);
        Assert.Empty(_told);

        _network.TcInside("qdisc", "del", "dev", "outer", "ingress");
        LookAtAll();

        Assert.True(Inside(() => _hooks.AreInPlace(_veth)));
        Assert.Single(_told);
    }

    [Fact]
    public void What_was_taken_off_by_tcx_is_found_at_the_next_look_at_interfaces()
    {
        Assert.SkipUnless(PacketHooks.HasTcx, "this kernel has no tcx");
        var hooks = PacketHooks.OfHostEnds(_kernel.Programs, _kernel.Folder, useTcx: true);
        var endpoints = new Endpoints(_kernel.Programs, new(_kernel.Programs, _kernel.Folder, useTcx: true), NullLogger.Instance);
        var keeper = new ProgramKeeper(endpoints, null, _numbers, Tell, _time, NullLogger.Instance);
        Inside(() => endpoints.Claim(new WatchPoint.HostEnd(_veth), new(new Container("c0ffee", "shop-web-1"), s_web, Number)));
        Assert.True(Inside(() => hooks.AreInPlace(_veth)));
        Inside(() =>
        {
            hooks.Forget(_veth);
            return true;
        });
        Assert.False(Inside(() => hooks.AreInPlace(_veth)));

        Assert.True(Inside(() => keeper.LookAtInterfacesAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully));

        Assert.True(Inside(() => hooks.AreInPlace(_veth)));
        Assert.Equal(_veth, Assert.Single(_told).Interface);
    }

    private ValueTask Tell(Observation observation, CancellationToken cancellation)
    {
        _told.Enqueue((ProgramsRestored)observation);
        return ValueTask.CompletedTask;
    }

    // Nothing in it waits, so it stays on the thread that is inside the namespace.
    private void LookAt(uint @interface) => Assert.True(Inside(() => _keeper.LookAtAsync(@interface, CancellationToken.None).AsTask().IsCompletedSuccessfully));

    private void LookAtAll() => Assert.True(Inside(() => _keeper.LookAtAllAsync(CancellationToken.None).AsTask().IsCompletedSuccessfully));

    private T Inside<T>(Func<T> action) => _network.Inside(action);
}
