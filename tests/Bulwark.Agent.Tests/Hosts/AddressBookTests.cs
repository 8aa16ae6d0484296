using System.Net;
using Bulwark.Agent.Hosts;
using Bulwark.Agent.Tests.Harness;
using Bulwark.Kernel.Layout;
using Bulwark.Model;
using Bulwark.Model.Workloads;

namespace Bulwark.Agent.Tests.Hosts;

public sealed class AddressBookTests : IDisposable
{
    private static readonly MappedAddress s_first = MappedAddress.From(IPAddress.Parse("172.18.0.2"));
    private static readonly MappedAddress s_second = MappedAddress.From(IPAddress.Parse("fd00::2"));

    private readonly LoadedKernel _kernel = new();
    private readonly AddressBook _book;

    public AddressBookTests() => _book = new(_kernel.Programs);

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public void A_container_has_its_addresses_and_no_others()
    {
        var web = Watched(1);
        _book.Put(web, [s_first, s_second]);
        Assert.Equal((0x101u, 1u), OwnerOf(s_first));
        _book.Put(web, [s_second]);

        Assert.Null(OwnerOf(s_first));
        Assert.Equal((0x101u, 1u), OwnerOf(s_second));
    }

    [Fact]
    public void A_late_removal_never_hits_the_new_owner_of_an_address()
    {
        var (old, young) = (Watched(1), Watched(2));
        _book.Put(old, [s_first]);
        _book.Put(young, [s_first]);
        _book.Put(old, []);

        Assert.Equal((0x101u, 2u), OwnerOf(s_first));
    }

    [Fact]
    public void Only_a_change_makes_the_kernel_look_at_peers_again()
    {
        var web = Watched(1);
        _book.Put(web, [s_first]);
        var before = Epoch();
        _book.Put(web, [s_first]);
        Assert.Equal(before, Epoch());
        _book.Put(web, []);

        Assert.NotEqual(before, Epoch());
    }

    [Fact]
    public void The_addresses_of_the_host_are_the_hosts()
    {
        _book.ReadHost();

        Assert.Equal((Identity.Host.Value, 0u), OwnerOf(MappedAddress.From(IPAddress.Loopback)));
    }

    [Fact]
    public void What_an_earlier_agent_left_goes_unless_somebody_has_it()
    {
        var gone = MappedAddress.From(IPAddress.Parse("172.18.0.77"));
        var formerHost = MappedAddress.From(IPAddress.Parse("192.0.2.77"));
        _kernel.Programs.Addresses.Set(gone, new() { Identity = 0x105, Container = 9 });
        _kernel.Programs.Addresses.Set(formerHost, new() { Identity = Identity.Host.Value });
        _book.ReadHost();
        _book.Put(Watched(1), [s_first]);

        _book.Sweep(new HashSet<uint> { 1 });

        Assert.Null(OwnerOf(gone));
        Assert.Null(OwnerOf(formerHost));
        Assert.Equal((0x101u, 1u), OwnerOf(s_first));
        Assert.NotNull(OwnerOf(MappedAddress.From(IPAddress.Loopback)));
    }

    [Fact]
    public void A_services_address_is_its_workloads_for_as_long_as_it_is_told()
    {
        _book.PutServices(new Dictionary<MappedAddress, Identity> { [s_second] = new(0x101) });
        Assert.Equal((0x101u, 0u), OwnerOf(s_second));
        _book.PutServices(new Dictionary<MappedAddress, Identity> { [s_second] = new(0x102) });
        Assert.Equal((0x102u, 0u), OwnerOf(s_second));
        _book.Sweep(new HashSet<uint>());
        Assert.Equal((0x102u, 0u), OwnerOf(s_second));
        _book.PutServices(new Dictionary<MappedAddress, Identity>());

        Assert.Null(OwnerOf(s_second));
    }

    [Fact]
    public void A_service_takes_no_address_from_a_container_or_the_host()
    {
        var loopback = MappedAddress.From(IPAddress.Loopback);
        _book.ReadHost();
        _book.Put(Watched(1), [s_first]);
        _book.PutServices(new Dictionary<MappedAddress, Identity> { [s_first] = new(0x102), [loopback] = new(0x102) });
        Assert.Equal(((0x101u, 1u), (Identity.Host.Value, 0u)), (OwnerOf(s_first), OwnerOf(loopback)));
        _book.PutServices(new Dictionary<MappedAddress, Identity>());

        Assert.Equal(((0x101u, 1u), (Identity.Host.Value, 0u)), (OwnerOf(s_first), OwnerOf(loopback)));
    }

    private static WatchedContainer Watched(uint number) => new(new Container($"id{number}", $"web-{number}"), new(0x101), number);

    private (uint, uint)? OwnerOf(MappedAddress address) =>
        _kernel.Programs.Addresses.TryGet(address, out var owner) ? (owner.Identity, owner.Container) : null;

    private uint Epoch() => _kernel.Programs.Settings.TryGet(Setting.Changes, out var epoch) ? epoch : 0;
}
