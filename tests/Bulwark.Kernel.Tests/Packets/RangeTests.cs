using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;
using static Bulwark.Kernel.Tests.Harness.Make;
using static Bulwark.Kernel.Tests.Harness.PacketTrial;

namespace Bulwark.Kernel.Tests.Packets;

public sealed class RangeTests : IDisposable
{
    private readonly PacketTrial _trial = new();

    public void Dispose() => _trial.Dispose();

    [Theory]
    [InlineData("198.51.100.7/32", "198.51.100.7", "198.51.100.6")]
    [InlineData("198.51.100.0/24", "198.51.100.255", "198.51.101.0")]
    [InlineData("198.51.100.128/25", "198.51.100.128", "198.51.100.127")]
    [InlineData("198.0.0.0/8", "198.255.255.255", "199.0.0.0")]
    [InlineData("0.0.0.0/0", "203.0.113.77", "[2001:db8::1]")]
    [InlineData("2001:db8::1/128", "[2001:db8::1]", "[2001:db8::2]")]
    [InlineData("2001:db8:1::/48", "[2001:db8:1:ffff::1]", "[2001:db8:2::1]")]
    [InlineData("2001:db8::/33", "[2001:db8:7fff::1]", "[2001:db8:8000::1]")]
    [InlineData("2000::/3", "[3fff::1]", "[4000::1]")]
    public void A_range_has_exactly_the_addresses_inside(string range, string inside, string outside)
    {
        const uint Identity = Model.Identity.FirstRange + 5;
        _trial.Range(range, Identity);
        _trial.Protect(Out(new(Identity), UdpNumber, 123));

        Assert.True(_trial.Send(Udp(From(inside), $"{inside}:123")).Passed);
        Assert.False(_trial.Send(Udp(From(outside), $"{outside}:123")).Passed);
    }

    [Fact]
    public void The_longest_prefix_counts()
    {
        _trial.Range("0.0.0.0/0", Identity.FirstRange);
        _trial.Range("198.51.100.0/24", Identity.FirstRange + 1);
        _trial.Range("198.51.100.7/32", Identity.FirstRange + 2);

        Assert.Equal(Identity.FirstRange + 2, PeerOf("198.51.100.7"));
        Assert.Equal(Identity.FirstRange + 1, PeerOf("198.51.100.8"));
        Assert.Equal(Identity.FirstRange, PeerOf("198.51.101.8"));
    }

    [Fact]
    public void A_container_inside_a_range_is_the_container()
    {
        _trial.Range("10.0.0.0/8", Identity.FirstRange);

        Assert.Equal(Database.Value, PeerOf("10.0.0.3"));
        Assert.Equal(Identity.FirstRange, PeerOf("10.9.9.9"));
    }

    private static string From(string to) => to.StartsWith('[') ? "[fd00::2]:40000" : "10.0.0.2:40000";

    private uint PeerOf(string address)
    {
        _trial.Audit();
        _trial.Send(Udp("10.0.0.2:40000", $"{address}:9"));
        return Assert.Single(_trial.Events()).Head.Peer;
    }
}
