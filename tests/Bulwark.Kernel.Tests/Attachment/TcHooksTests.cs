using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Netlink;
using Bulwark.Kernel.Tests.Harness;

namespace Bulwark.Kernel.Tests.Attachment;

public sealed class TcHooksTests : IDisposable
{
    private readonly PinFolder _folder = new();
    private readonly PrivateNetwork _network = new();
    private readonly KernelPrograms _kernel;
    private readonly uint _veth;

    public TcHooksTests()
    {
        _kernel = KernelPrograms.Load(_folder.Path);
        _network.IpInside("link", "add", "outer", "type", "veth", "peer", "name", "inner");
        _veth = _network.Inside(() => Interfaces.Links().Single(l => l.Name == "outer").Index);
    }

    public void Dispose()
    {
        _kernel.Dispose();
        _network.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Both_programs_are_on_the_interface_until_they_are_taken_off()
    {
        Assert.False(AreAttached());
        Attach();
        Assert.True(AreAttached());
        Assert.Contains("from_container", Filters("ingress"), StringComparison.Ordinal);
        Assert.Contains("to_container", Filters("egress"), StringComparison.Ordinal);
        Detach();

        Assert.False(AreAttached());
        Assert.DoesNotContain("clsact", _network.TcInside("qdisc", "show", "dev", "outer"), StringComparison.Ordinal);
    }

    [Fact]
    public void Putting_them_there_again_replaces_them()
    {
        Attach();
        Attach();

        Assert.Single(Filters("ingress").Split('\n'), line => line.Contains("from_container", StringComparison.Ordinal));
    }

    [Fact]
    public void Filters_of_others_are_left_alone()
    {
        _network.TcInside("qdisc", "add", "dev", "outer", "clsact");
        _network.TcInside("filter", "add", "dev", "outer", "ingress", "prio", "5", "bpf", "bytecode", "1,6 0 0 0,", "flowid", "1:1");

        Attach();
        Assert.Contains("bytecode", Filters("ingress"), StringComparison.Ordinal);
        Detach();

        Assert.Contains("bytecode", Filters("ingress"), StringComparison.Ordinal);
        Assert.DoesNotContain("from_container", Filters("ingress"), StringComparison.Ordinal);
    }

    [Fact]
    public void One_program_alone_is_not_attached()
    {
        Attach();
        _network.TcInside("filter", "del", "dev", "outer", "egress");

        Assert.False(AreAttached());
    }

    [Fact]
    public void An_interface_that_is_gone_is_no_device()
    {
        _network.IpInside("link", "del", "outer");

        Assert.Equal(19, Assert.Throws<KernelException>(Attach).Error); // ENODEV
        Detach();
    }

    private void Attach() => _network.Inside(() =>
    {
        TcHooks.OfHostEnds(_kernel).Attach(_veth);
        return 0;
    });

    private void Detach() => _network.Inside(() =>
    {
        TcHooks.Detach(_veth);
        return 0;
    });

    private bool AreAttached() => _network.Inside(() => TcHooks.AreAttached(_veth));

    private string Filters(string point) => _network.TcInside("filter", "show", "dev", "outer", point);
}
