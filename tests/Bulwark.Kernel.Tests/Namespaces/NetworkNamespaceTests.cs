using Bulwark.Kernel.Namespaces;
using Bulwark.Kernel.Tests.Harness;

namespace Bulwark.Kernel.Tests.Namespaces;

public sealed class NetworkNamespaceTests
{
    [Fact]
    public void A_namespace_is_seen_from_inside()
    {
        using var network = new PrivateNetwork();
        network.IpInside("link", "add", "outer", "address", "02:00:00:00:00:01", "type", "veth", "peer", "name", "inner");

        var seen = NetworkNamespace.Inspect(network.Path);

        Assert.Equal(["inner", "lo", "outer"], seen.Links.Select(l => l.Name).Order());
        var (outer, inner) = (seen.Links.Single(l => l.Name == "outer"), seen.Links.Single(l => l.Name == "inner"));
        Assert.True(outer.IsVeth);
        Assert.Equal("020000000001", outer.HardwareAddress.ToString());
        Assert.Equal((inner.Index, outer.Index), (outer.Peer, inner.Peer));
        Assert.False(seen.Links.Single(l => l.Name == "lo").IsVeth);
    }

    [Fact]
    public void Namespaces_have_cookies_of_their_own()
    {
        using var first = new PrivateNetwork();
        using var second = new PrivateNetwork();
        var own = NetworkNamespace.OwnCookie();

        ulong[] cookies = [own, NetworkNamespace.Inspect(first.Path).Cookie, NetworkNamespace.Inspect(second.Path).Cookie];

        Assert.Equal(3, cookies.Distinct().Count());
        Assert.Equal(cookies[1], NetworkNamespace.Inspect(first.Path).Cookie);
        Assert.Equal(own, NetworkNamespace.OwnCookie());
    }

    [Fact]
    public void What_is_no_namespace_is_refused()
    {
        Assert.Throws<KernelException>(() => NetworkNamespace.Inspect("/run/netns/bulwark-test-nothing"));
        Assert.Throws<KernelException>(() => NetworkNamespace.Inspect("/dev/null"));
    }
}
