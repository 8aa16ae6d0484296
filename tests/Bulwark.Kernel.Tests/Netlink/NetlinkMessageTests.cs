using System.Runtime.InteropServices;
using Bulwark.Kernel.Netlink;
using Bulwark.Kernel.Tests.Harness;
using CsCheck;

namespace Bulwark.Kernel.Tests.Netlink;

public sealed class NetlinkMessageTests
{
    [Fact]
    public void Arbitrary_bytes_never_throw_and_are_read_to_an_end() => Gen.Byte.Array[0, 400].Sample(ReadAll, iter: 20_000);

    [Fact]
    public void Messages_with_right_lengths_and_arbitrary_attributes_never_throw() => Gen.Byte.Array[16, 400].Sample(bytes =>
    {
        MemoryMarshal.Write(bytes, (uint)bytes.Length);
        MemoryMarshal.Write(bytes.AsSpan(4), bytes.Length % 2 == 0 ? NetlinkMessage.NewLink : NetlinkMessage.NewAddress);
        // small lengths, so that many attributes are whole
        for (var i = 32; i + 1 < bytes.Length; i += 2)
            bytes[i + 1] = 0;
        ReadAll(bytes);
    }, iter: 20_000);

    [Fact]
    public void A_request_is_read_back()
    {
        ReadOnlySpan<byte> bytes = [.. NetlinkMessage.Request(18, NetlinkMessage.FlagDump, [1, 2, 3, 4]), .. NetlinkMessage.Request(22, 0, [5])];

        Assert.True(NetlinkMessage.TryTake(ref bytes, out var type, out var body));
        Assert.Equal((18, 4), (type, body.Length));
        Assert.True(NetlinkMessage.TryTake(ref bytes, out type, out body));
        Assert.Equal((22, 5), (type, body[0]));
        Assert.False(NetlinkMessage.TryTake(ref bytes, out _, out _));
    }

    [Fact]
    public void Addresses_are_read_as_the_kernel_tells_them()
    {
        using var network = new PrivateNetwork();
        network.IpInside("link", "add", "outer", "type", "veth", "peer", "name", "inner");
        network.IpInside("address", "add", "192.0.2.1/24", "broadcast", "192.0.2.255", "dev", "outer");
        network.IpInside("address", "add", "2001:db8::1/64", "dev", "outer", "nodad");

        var addresses = network.Inside(Interfaces.Addresses);

        Assert.Contains(addresses, a => a.Address.ToString() == "192.0.2.1" && a.Broadcast?.ToString() == "192.0.2.255");
        Assert.Contains(addresses, a => a.Address.ToString() == "2001:db8::1" && a.Broadcast is null);
    }

    [Fact]
    public void A_bridge_is_the_master_of_its_ports()
    {
        using var network = new PrivateNetwork();
        network.IpInside("link", "add", "bridge", "type", "bridge");
        network.IpInside("link", "add", "outer", "type", "veth", "peer", "name", "inner");
        network.IpInside("link", "set", "outer", "master", "bridge");

        var links = network.Inside(Interfaces.Links);

        Assert.Equal(links.Single(l => l.Name == "bridge").Index, links.Single(l => l.Name == "outer").Master);
        Assert.Equal("bridge", links.Single(l => l.Name == "bridge").Kind);
    }

    [Theory]
    [InlineData(7)] // IFLA_BR_VLAN_FILTERING
    [InlineData(36)] // IFLA_BR_NF_CALL_IPTABLES
    [InlineData(37)]
    public void A_bridge_tells_that_its_packets_are_filtered(byte attribute)
    {
        foreach (var isOn in (bool[])[false, true])
        {
            // IFLA_LINKINFO with IFLA_INFO_KIND and IFLA_INFO_DATA, which has one attribute of a byte
            byte[] body = [.. new byte[16], 28, 0, 18, 0, 11, 0, 1, 0, .. "bridge\0"u8, 0, 9, 0, 2, 0, 5, 0, attribute, 0, (byte)(isOn ? 1 : 0), 0, 0, 0];

            Assert.Equal(isOn, NetlinkMessage.ReadLink(body)!.FiltersBridged);
        }
    }

    [Fact]
    public void What_a_bridge_says_of_a_port_is_not_taken_for_the_whole_interface()
    {
        using var network = new PrivateNetwork();
        network.IpInside("link", "add", "bridge", "type", "bridge");
        network.IpInside("link", "add", "outer", "type", "veth", "peer", "name", "inner");
        using var monitor = network.Inside(() => new NetlinkMonitor());

        network.IpInside("link", "set", "outer", "master", "bridge");
        network.IpInside("link", "set", "outer", "nomaster");

        var told = new List<LinkChange>();
        using var stop = new CancellationTokenSource();
        monitor.Run(change =>
        {
            told.Add(change);
            if (told.OfType<PortChanged>().Count() > 1 && told[^1] is LinkSeen { Link: { Name: "outer", Master: 0 } })
                stop.Cancel();
        }, stop.Token);
        Assert.DoesNotContain(told, change => change is LinkGone);
        Assert.DoesNotContain(told, change => change is LinkSeen { Link: { Name: "outer", IsVeth: false } });
    }

    private static void ReadAll(byte[] bytes)
    {
        var rest = (ReadOnlySpan<byte>)bytes;
        while (NetlinkMessage.TryTake(ref rest, out _, out var body))
        {
            NetlinkMessage.ReadLink(body);
            NetlinkMessage.ReadAddress(body);
            NetlinkMessage.ReadFilter(body);
            NetlinkMessage.ReadIndex(body);
        }
        NetlinkMessage.ReadLink(bytes);
        NetlinkMessage.ReadAddress(bytes);
        NetlinkMessage.ReadFilter(bytes);
        NetlinkMessage.ReadIndex(bytes);
    }
}
