using System.Collections.Concurrent;
using Bulwark.Kernel.Netlink;
using Bulwark.Kernel.Tests.Harness;

namespace Bulwark.Kernel.Tests.Netlink;

public sealed class NetlinkMonitorTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly PrivateNetwork _network = new();

    public NetlinkMonitorTests() => _network.IpInside("link", "add", "outer", "type", "veth", "peer", "name", "inner");

    public void Dispose() => _network.Dispose();

    [Theory]
    [InlineData("qdisc", "del", "dev", "outer", "clsact")]
    [InlineData("filter", "del", "dev", "outer", "ingress", "prio", "5")]
    [InlineData("filter", "add", "dev", "outer", "egress", "prio", "6", "bpf", "bytecode", "1,6 0 0 0,", "flowid", "1:1")]
    public void What_happens_to_filters_is_told_with_the_interface(params string[] change)
    {
        _network.TcInside("qdisc", "add", "dev", "outer", "clsact");
        _network.TcInside("filter", "add", "dev", "outer", "ingress", "prio", "5", "bpf", "bytecode", "1,6 0 0 0,", "flowid", "1:1");
        var veth = _network.Inside(() => Interfaces.Links().Single(l => l.Name == "outer").Index);
        using var monitor = _network.Inside(() => new NetlinkMonitor());
        using var stop = new CancellationTokenSource();
        using var told = new BlockingCollection<LinkChange>();
        var thread = new Thread(() => monitor.Run(told.Add, stop.Token));
        thread.Start();

        _network.TcInside(change);

        LinkChange? heard = null;
        while (heard is not FiltersChanged)
            Assert.True(told.TryTake(out heard, s_limit));
        Assert.Equal(veth, ((FiltersChanged)heard).Interface);
        stop.Cancel();
        thread.Join();
    }
}
