using System.Diagnostics;
using Bulwark.Agent.Hosts;
using Bulwark.Agent.Tests.Harness;
using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Netlink;
using Bulwark.Kernel.Tests.Harness;

namespace Bulwark.Agent.Tests.Hosts;

public sealed class DirectWaysTests : IDisposable
{
    private readonly LoadedKernel _kernel = new();
    private readonly PrivateNetwork _network = new();
    private readonly PacketHooks _hooks;
    private readonly uint _veth;
    private readonly uint _bridge;

    public DirectWaysTests()
    {
        _network.IpInside("link", "add", "bridge", "type", "bridge");
        _network.IpInside("link", "set", "bridge", "up");
        _network.IpInside("link", "add", "outer", "type", "veth", "peer", "name", "inner");
        _network.IpInside("link", "set", "inner", "up");
        _network.IpInside("link", "set", "outer", "master", "bridge", "up");
        var links = Inside(Interfaces.Links).ToDictionary(link => link.Name, link => link.Index);
        (_veth, _bridge) = (links["outer"], links["bridge"]);
        _hooks = PacketHooks.OfHostEnds(_kernel.Programs, _kernel.Folder, useTcx: true);
        Inside(() =>
        {
            _hooks.Attach(_veth);
            return true;
        });
        Sysctl("net.bridge.bridge-nf-call-iptables=0", "net.bridge.bridge-nf-call-ip6tables=0");
        // A port that comes up listens for a while first, if the bridge has a spanning tree; this one has none, and forwards as soon as there is a carrier.
        Assert.True(SpinWait.SpinUntil(() => Found() == _bridge, TimeSpan.FromSeconds(10)));
    }

    public void Dispose()
    {
        _network.Dispose();
        _kernel.Dispose();
    }

    [Theory]
    [InlineData("link set bridge type bridge nf_call_iptables 1")]
    [InlineData("link set bridge type bridge nf_call_ip6tables 1")]
    [InlineData("link set outer type bridge_slave isolated on")]
    [InlineData("link set inner down")]
    [InlineData("link set outer nomaster")]
    [InlineData("link set outer promisc on")]
    [InlineData("link set bridge promisc on")]
    public void There_is_none_past_a_bridge_that_does_something_with_packets_or_that_somebody_sniffs(string change)
    {
        _network.IpInside(change.Split(' '));

        Assert.Equal(0u, Found());
    }

    [Theory]
    [InlineData("qdisc add dev outer root tbf rate 1mbit burst 32k latency 50ms")]
    [InlineData("qdisc add dev outer clsact ; filter add dev outer ingress bpf bytecode 1,6~0~0~0")]
    [InlineData("qdisc add dev outer clsact ; filter add dev outer egress bpf bytecode 1,6~0~0~0")]
    public void There_is_none_where_traffic_is_shaped_or_filtered(string changes)
    {
        foreach (var change in changes.Split(" ; "))
            _network.TcInside([.. change.Split(' ').Select(word => word.Replace('~', ' '))]);

        Assert.Equal(0u, Found());
    }

    [Theory]
    [InlineData("net.bridge.bridge-nf-call-iptables=1")]
    [InlineData("net.bridge.bridge-nf-call-ip6tables=1")]
    public void There_is_none_where_iptables_see_what_bridges_carry(string setting)
    {
        Sysctl(setting);

        Assert.Equal(0u, Found());
    }

    [Theory]
    [InlineData("bridge")]
    [InlineData("netdev")]
    public void There_is_none_where_nftables_have_a_table_for_what_bridges_or_interfaces_carry(string family)
    {
        Run("nft", "add", "table", family, "somebodys");
        Assert.Equal(0u, Found());

        Run("nft", "delete", "table", family, "somebodys");
        Assert.Equal(_bridge, Found());
    }

    [Fact]
    public void A_table_of_nftables_for_what_the_host_routes_is_no_matter()
    {
        Run("nft", "add", "table", "ip", "docker");

        Assert.Equal(_bridge, Found());
    }

    [Fact]
    public void There_is_none_before_the_programs_are_there()
    {
        Inside(() =>
        {
            _hooks.Detach(_veth);
            return true;
        });

        Assert.Equal(0u, Found());
    }

    private uint Found() => Inside(() =>
    {
        var links = new LinkTable();
        links.Replace(Interfaces.Links());
        var ways = new DirectWays(links, _hooks.AreAlone);
        ways.LookForFilters();
        return ways.BridgeOf(_veth);
    });

    private T Inside<T>(Func<T> action) => _network.Inside(action);

    private void Sysctl(params string[] settings) => Run("sysctl", ["-qw", .. settings]);

    private void Run(string program, params string[] arguments)
    {
        using var process = Process.Start("nsenter", [$"--net={_network.Path}", "--", program, .. arguments]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
