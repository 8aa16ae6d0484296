using System.Net;
using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Netlink;

namespace Bulwark.Kernel.Tests.Harness;

/// <summary>A real veth between two network namespaces, as a container has it, with the packet programs on the host's end.</summary>
internal sealed class WatchedVeth : IDisposable
{
    public const uint Web = 0x101;

    private readonly PinFolder _folder = new();

    /// <param name="link">What else ip-link(8) is to set of both ends.</param>
    public WatchedVeth(string hostAddress, string containerAddress, params string[] link)
    {
        Kernel = KernelPrograms.Load(_folder.Path);
        Network.IpInside("link", "add", "outer", "type", "veth", "peer", "name", "inner", "netns", Path.GetFileName(Container.Path));
        foreach (var (network, name, address) in new[] { (Network, "outer", hostAddress), (Container, "inner", containerAddress) })
        {
            if (link.Length > 0)
                network.IpInside(["link", "set", name, .. link]);
            network.IpInside("address", "add", address, "dev", name, "nodad");
            network.IpInside("link", "set", name, "up");
        }
        var veth = Network.Inside(() =>
        {
            var index = Interfaces.Links().Single(l => l.Name == "outer").Index;
            PacketHooks.OfHostEnds(Kernel, _folder.Path, PacketHooks.HasTcx).Attach(index);
            return index;
        });
        Kernel.Endpoints.Set(veth, new() { Workload = Web, Container = 1 });
        Kernel.Addresses.Set(MappedAddress.From(IPAddress.Parse(containerAddress.Split('/')[0])), new() { Identity = Web, Container = 1 });
    }

    public KernelPrograms Kernel { get; }

    /// <summary>The host's side.</summary>
    public PrivateNetwork Network { get; } = new();

    public PrivateNetwork Container { get; } = new();

    public void Dispose()
    {
        Kernel.Dispose();
        Network.Dispose();
        Container.Dispose();
        _folder.Dispose();
    }
}
