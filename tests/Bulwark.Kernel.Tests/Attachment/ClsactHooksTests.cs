using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Netlink;
using Bulwark.Kernel.Tests.Harness;

namespace Bulwark.Kernel.Tests.Attachment;

public sealed class ClsactHooksTests : IDisposable
{
    private readonly PinFolder _folder = new();
    private readonly PrivateNetwork _network = new();
    private readonly KernelPrograms _kernel;
    private readonly ClsactHooks _hooks;
    private readonly uint _veth;

    public ClsactHooksTests()
    {
        _kernel = KernelPrograms.Load(_folder.Path);
        _hooks = ClsactHooks.OfHostEnds(_kernel);
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
        Assert.False(AreInPlace());
        Attach();
        Assert.True(AreInPlace());
        Assert.Contains("from_container", Filters("ingress"), StringComparison.Ordinal);
        Assert.Contains("to_container", Filters("egress"), StringComparison.Ordinal);
        Detach();

        Assert.False(AreInPlace());
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
    public void One_program_alone_is_not_in_place()
    {
        Attach();
        _network.TcInside("filter", "del", "dev", "outer", "egress");

        Assert.False(AreInPlace());
    }

    [Fact]
    public void Without_their_queueing_discipline_they_are_not_in_place()
    {
        Attach();
        _network.TcInside("qdisc", "del", "dev", "outer", "clsact");

        Assert.False(AreInPlace());
        Attach();
        Assert.True(AreInPlace());
    }

    [Theory]
    [InlineData("ingress")]
    [InlineData("egress")]
    public void They_go_before_a_filter_that_was_put_before_them_and_leave_it_there(string point)
    {
        Attach();
        _network.TcInside("filter", "add", "dev", "outer", point, "prio", "1", "handle", "7", "bpf", "bytecode", "1,6 0 0 0,", "flowid", "1:1");

        Assert.False(AreInPlace());
        Attach();
        Assert.True(AreInPlace());
        Assert.Contains("bytecode", Filters(point), StringComparison.Ordinal);
        Assert.Single(Filters(point).Split('\n'), line => line.Contains("_container", StringComparison.Ordinal));
    }

    [Fact]
    public void They_can_be_put_first_more_often_than_they_have_handles()
    {
        Attach();
        for (var handle = 1; handle <= 40; handle++)
        {
            _network.TcInside("filter", "add", "dev", "outer", "ingress", "prio", "1", "handle", $"{handle}", "bpf", "bytecode", "1,6 0 0 0,", "flowid", "1:1");
            Attach();
        }

        Assert.True(AreInPlace());
        Detach();
        Assert.DoesNotContain("_container", Filters("ingress"), StringComparison.Ordinal);
        Assert.Equal(40, Filters("ingress").Split('\n').Count(line => line.Contains("bytecode", StringComparison.Ordinal)));
    }

    [Fact]
    public void Another_program_in_their_place_is_not_them()
    {
        Attach();
        _network.TcInside("filter", "replace", "dev", "outer", "ingress", "prio", "1", "handle", "0xb01", "bpf", "bytecode", "1,6 0 0 0,", "flowid", "1:1");

        Assert.False(AreInPlace());
        Attach();
        Assert.True(AreInPlace());
    }

    [Fact]
    public void A_queueing_discipline_with_one_side_is_refused_and_left_without_ours()
    {
        _network.TcInside("qdisc", "add", "dev", "outer", "ingress");

        Assert.Contains("clsact", Assert.Throws<KernelException>(Attach).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("_container", Filters("ingress"), StringComparison.Ordinal);
        Assert.Contains("ingress", _network.TcInside("qdisc", "show", "dev", "outer"), StringComparison.Ordinal);
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
        _hooks.Attach(_veth);
        return 0;
    });

    private void Detach() => _network.Inside(() =>
    {
        ClsactHooks.Detach(_veth);
        return 0;
    });

    private bool AreInPlace() => _network.Inside(() => _hooks.AreInPlace(_veth));

    private string Filters(string point) => _network.TcInside("filter", "show", "dev", "outer", point);
}
