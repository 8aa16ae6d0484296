using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Native;
using Bulwark.Kernel.Netlink;
using Bulwark.Kernel.Tests.Harness;

namespace Bulwark.Kernel.Tests.Attachment;

[Trait("Needs", "Linux 6.6")]
public sealed unsafe class TcxHooksTests : IDisposable
{
    private readonly PinFolder _folder = new();
    private readonly PrivateNetwork _network = new();
    private readonly KernelPrograms _kernel;
    private readonly PacketHooks _hooks;
    private readonly uint _veth;

    public TcxHooksTests()
    {
        Assert.SkipUnless(PacketHooks.HasTcx, "this kernel has no tcx");
        _kernel = KernelPrograms.Load(_folder.Path);
        _hooks = PacketHooks.OfHostEnds(_kernel, _folder.Path, useTcx: true);
        _network.IpInside("link", "add", "outer", "type", "veth", "peer", "name", "inner");
        _veth = _network.Inside(() => Interfaces.Links().Single(l => l.Name == "outer").Index);
    }

    public void Dispose()
    {
        _kernel?.Dispose();
        _network.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Both_programs_are_on_the_interface_until_they_are_taken_off()
    {
        Assert.False(AreInPlace());
        Attach();
        Assert.True(AreInPlace());
        Assert.Equal([Id("from_container")], On(LibBpf.TcxIngress));
        Assert.Equal([Id("to_container")], On(LibBpf.TcxEgress));
        Inside(() => _hooks.Detach(_veth));

        Assert.False(AreInPlace());
        Assert.Empty(On(LibBpf.TcxIngress));
        Assert.Empty(Pins());
    }

    [Fact]
    public void Inside_a_namespace_the_sides_are_swapped()
    {
        var inside = PacketHooks.OfInside(_kernel, _folder.Path, useTcx: true);
        Inside(() => inside.Attach(_veth));

        Assert.Equal([Id("device_sends")], On(LibBpf.TcxEgress));
        Assert.Equal([Id("device_receives")], On(LibBpf.TcxIngress));
    }

    [Fact]
    public void Putting_them_there_again_changes_nothing()
    {
        Attach();
        var pins = Pins();
        Attach();

        Assert.Equal([Id("from_container")], On(LibBpf.TcxIngress));
        Assert.Equal(pins, Pins());
    }

    [Fact]
    public void The_programs_of_a_later_process_take_the_place_of_earlier_ones()
    {
        Attach();
        using var later = KernelPrograms.Load(_folder.Path);
        var hooks = PacketHooks.OfHostEnds(later, _folder.Path, useTcx: true);
        Assert.False(_network.Inside(() => hooks.AreInPlace(_veth)));

        Inside(() => hooks.Attach(_veth));

        Assert.True(_network.Inside(() => hooks.AreInPlace(_veth)));
        Assert.False(AreInPlace());
        Assert.Single(On(LibBpf.TcxIngress));
    }

    [Fact]
    public void What_was_detached_comes_back()
    {
        Attach();
        foreach (var pin in Pins())
        {
            using var link = new Descriptor(LibBpf.OpenPinned(pin));
            Assert.Equal(0, LibBpf.DetachLink(link.Value));
        }
        Assert.False(AreInPlace());

        Attach();
        Assert.True(AreInPlace());
    }

    [Fact]
    public void They_go_before_a_program_that_was_put_before_them_and_leave_it_there()
    {
        Attach();
        using var other = Put("device_sends", LibBpf.TcxIngress);
        Assert.Equal([Id("device_sends"), Id("from_container")], On(LibBpf.TcxIngress));
        Assert.False(AreInPlace());

        Attach();

        Assert.True(AreInPlace());
        Assert.Equal([Id("from_container"), Id("device_sends")], On(LibBpf.TcxIngress));
        Assert.DoesNotContain("_container", _network.TcInside("filter", "show", "dev", "outer", "ingress"), StringComparison.Ordinal);
    }

    [Fact]
    public void Programs_of_others_are_left_alone()
    {
        using var other = Put("device_sends", LibBpf.TcxIngress);
        Attach();
        Assert.True(AreInPlace());
        Inside(() => _hooks.Detach(_veth));

        Assert.Equal([Id("device_sends")], On(LibBpf.TcxIngress));
    }

    [Fact]
    public void Filters_of_an_earlier_version_go_when_the_programs_are_there()
    {
        Inside(() => PacketHooks.OfHostEnds(_kernel, _folder.Path, useTcx: false).Attach(_veth));
        Assert.True(_network.Inside(() => PacketHooks.HasFilters(_veth)));

        Attach();

        Assert.True(AreInPlace());
        Assert.False(_network.Inside(() => PacketHooks.HasFilters(_veth)));
    }

    [Fact]
    public void A_pin_that_another_interface_left_is_not_taken_for_this_ones()
    {
        Attach();
        var pins = Pins();
        _network.IpInside("link", "add", "another", "type", "veth", "peer", "name", "end");
        var another = _network.Inside(() => Interfaces.Links().Single(l => l.Name == "another").Index);
        foreach (var pin in pins)
            File.Move(pin, pin.Replace($"{_veth:x8}", $"{another:x8}", StringComparison.Ordinal));

        Inside(() => _hooks.Attach(another));

        Assert.True(_network.Inside(() => _hooks.AreInPlace(another)));
    }

    [Fact]
    public void What_is_left_of_interfaces_that_nobody_has_is_swept_away()
    {
        Attach();
        PacketHooks.Sweep(_folder.Path, [_veth]);
        Assert.True(AreInPlace());

        PacketHooks.Sweep(_folder.Path, [_veth + 1]);

        Assert.False(AreInPlace());
        Assert.Empty(Pins());
    }

    [Fact]
    public void An_interface_that_is_gone_is_no_device()
    {
        Attach();
        _network.IpInside("link", "del", "outer");

        Assert.False(AreInPlace());
        Assert.Equal(19, Assert.Throws<KernelException>(Attach).Error); // ENODEV
        Inside(() => _hooks.Detach(_veth));
        Assert.Empty(Pins());
    }

    private void Attach() => Inside(() => _hooks.Attach(_veth));

    private bool AreInPlace() => _network.Inside(() => _hooks.AreInPlace(_veth));

    private uint Id(string program) => KernelObject.IdOfProgram(_kernel.Program(program));

    private string[] Pins() => [.. Directory.GetFiles(_folder.Path, "link_interface_*").Order()];

    private Descriptor Put(string program, uint point) => _network.Inside(() =>
    {
        var options = new LibBpf.LinkOptions { Size = LibBpf.SizeOf<LibBpf.LinkOptions>(), Flags = LibBpf.BeforeOthers };
        var link = LibBpf.CreateLink(_kernel.Program(program), (int)_veth, point, &options);
        Assert.True(link >= 0);
        return new Descriptor(link);
    });

    private uint[] On(uint point) => _network.Inside(() =>
    {
        var programs = stackalloc uint[8];
        uint flags, count = 8;
        Assert.Equal(0, LibBpf.QueryPrograms((int)_veth, point, 0, &flags, programs, &count));
        return new Span<uint>(programs, (int)count).ToArray();
    });

    private void Inside(Action action) => _network.Inside(() =>
    {
        action();
        return true;
    });
}
