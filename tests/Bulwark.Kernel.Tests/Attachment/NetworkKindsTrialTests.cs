using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Tests.Harness;

namespace Bulwark.Kernel.Tests.Attachment;

public sealed class NetworkKindsTrialTests
{
    [Fact]
    public void A_kind_that_no_kernel_has_is_missing_and_those_that_the_tests_use_are_not() =>
        Assert.Equal(["bulwarklan"], NetworkKindsTrial.Missing(["bridge", "bulwarklan", "veth", "vxlan"]));

    [Theory]
    [InlineData("macvlan")]
    [InlineData("ipvlan")]
    public void What_it_says_is_what_ip_link_meets(string kind)
    {
        using var network = new PrivateNetwork();
        network.IpInside("link", "add", "below", "type", "veth", "peer", "name", "end");
        var made = true;
        try
        {
            network.IpInside("link", "add", "above", "link", "below", "type", kind);
        }
        catch (InvalidOperationException)
        {
            made = false;
        }

        Assert.Equal(made, NetworkKindsTrial.Missing([kind]).Count == 0);
    }
}
