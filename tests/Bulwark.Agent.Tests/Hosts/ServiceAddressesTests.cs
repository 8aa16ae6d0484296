using System.Net;
using Bulwark.Agent.Hosts;
using Bulwark.Kernel.Layout;
using Bulwark.Model;
using Bulwark.Runtimes;

namespace Bulwark.Agent.Tests.Hosts;

public sealed class ServiceAddressesTests
{
    private static readonly Identity s_web = new(0x101);
    private static readonly IPAddress s_virtual = IPAddress.Parse("10.0.1.2");
    private static readonly IPAddress s_here = IPAddress.Parse("10.0.1.3");
    private static readonly IPAddress s_elsewhere = IPAddress.Parse("10.0.1.4");

    private readonly ServiceAddresses _services = new();

    [Fact]
    public void A_virtual_address_is_the_workloads_whose_container_is_here() =>
        Assert.Equal(s_web, Read(Service(s_elsewhere, s_here))[MappedAddress.From(s_virtual)]);

    [Fact]
    public void One_whose_containers_all_are_elsewhere_is_nobodys() => Assert.Empty(Read(Service(s_elsewhere)));

    [Fact]
    public void It_stays_its_workloads_while_no_container_is_here_but_not_when_the_service_is_gone()
    {
        Read(Service(s_here));

        Assert.Equal(s_web, Assert.Single(Read(Service())).Value);
        Assert.Empty(Read());
        Assert.Empty(Read(Service()));
    }

    [Fact]
    public void The_balancer_of_this_host_is_the_host()
    {
        var network = new RuntimeNetwork("n", "shop", "overlay") { Balancers = [s_elsewhere] };

        Assert.Equal(Identity.Host, _services.Read([network], _ => null)[MappedAddress.From(s_elsewhere)]);
    }

    private static NetworkService Service(params IPAddress[] tasks) => new("web", s_virtual, [.. tasks]);

    private IReadOnlyDictionary<MappedAddress, Identity> Read(params NetworkService[] services) =>
        _services.Read([new RuntimeNetwork("n", "shop", "overlay") { Services = [.. services] }], address => address == MappedAddress.From(s_here) ? s_web : null);
}
