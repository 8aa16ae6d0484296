using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Netlink;
using Bulwark.Model;
using Bulwark.Model.Enforcement;

namespace Bulwark.Kernel.Tests.Harness;

/// <summary>Two containers' network namespaces on a real bridge, with the packet programs on the host's ends of both.</summary>
internal sealed class WatchedBridge : IDisposable
{
    public static readonly Identity Client = new(0x101);
    public static readonly Identity Server = new(0x102);

    private readonly PinFolder _folder = new();
    private readonly PrivateNetwork _network = new();
    private readonly PrivateNetwork _client = new();
    private readonly PrivateNetwork _server = new();
    private readonly Dictionary<string, uint> _indices;
    private readonly List<Process> _processes = [];
    private readonly bool _useTcx;
    private uint _version;

    /// <param name="useClsact">Also where the kernel has tcx.</param>
    public WatchedBridge(bool useClsact = false)
    {
        _useTcx = PacketHooks.HasTcx && !useClsact;
        Kernel = KernelPrograms.Load(_folder.Path);
        _network.IpInside("link", "add", "bridge", "type", "bridge");
        _network.IpInside("link", "set", "bridge", "up");
        Connect("client", _client, 2);
        Connect("server", _server, 3);
        _indices = _network.Inside(Interfaces.Links).ToDictionary(link => link.Name, link => link.Index);
        Attach();
        foreach (var (number, identity) in ((uint, Identity)[])[(2, Client), (3, Server)])
        {
            foreach (var address in (string[])[$"10.97.0.{number}", $"fd97::{number}"])
                Kernel.Addresses.Set(MappedAddress.From(IPAddress.Parse(address)), new() { Identity = identity.Value, Container = number });
        }
        PutBridge("client", true);
        PutBridge("server", true);
        Protect(Client, Entry(Direction.Out, Server));
        Protect(Server, Entry(Direction.In, Client));
    }

    public KernelPrograms Kernel { get; private set; }

    /// <summary>Where its maps and links are pinned.</summary>
    public string Pins => _folder.Path;

    /// <summary>Any port of the other, by any protocol.</summary>
    public static PolicyEntry Entry(Direction direction, Identity peer) => new(direction, peer, new(0), 0);

    public void Protect(Identity workload, params PolicyEntry[] entries)
    {
        var version = ++_version;
        foreach (var entry in entries)
        {
            Kernel.Policies.Set(
                new() { Policy = version, Peer = entry.Peer.Value, Port = entry.Port, Transport = entry.Transport.Number, Direction = (byte)entry.Direction },
                Permission.All);
        }
        using var change = Kernel.Changes.Begin();
        Kernel.Workloads.Set(workload.Value, new() { Policy = version, Mode = (uint)Mode.Protect });
    }

    /// <summary>Whether packets of the container at that end may go past the bridge.</summary>
    public void PutBridge(string end, bool mayPass, uint flags = 0)
    {
        var (number, identity) = end == "client" ? (2u, Client) : (3u, Server);
        using var change = Kernel.Changes.Begin();
        Kernel.Endpoints.Set(_indices[end], new() { Netns = number, Workload = identity.Value, Container = number, Bridge = mayPass ? _indices["bridge"] : 0, Flags = flags });
    }

    /// <summary>Loads another version's programs over what is there, or today's; what is loaded goes on until <see cref="Switch"/>.</summary>
    /// <exception cref="KernelException">They cannot take over: what is loaded stays.</exception>
    public KernelPrograms Load(byte[]? programs) => programs is null ? KernelPrograms.Load(_folder.Path) : KernelPrograms.Load(_folder.Path, programs);

    /// <summary>Puts these programs in the place of the others, which go.</summary>
    public void Switch(KernelPrograms to)
    {
        var from = Kernel;
        Kernel = to;
        _network.Inside(() =>
        {
            Takeover.Run(to, _folder.Path, _useTcx);
            return true;
        });
        from.Dispose();
    }

    /// <summary>How many packets the bridge has brought to the container at that end.</summary>
    public long Bridged(string end)
    {
        using var json = JsonDocument.Parse(_network.IpInside("-s", "-j", "link", "show", end));
        return json.RootElement[0].GetProperty("stats64").GetProperty("tx").GetProperty("packets").GetInt64();
    }

    public Process StartClient(string script) => Start(_client, script);

    public Process StartServer(string script) => Start(_server, script);

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            process.Dispose();
        }
        Kernel.Dispose();
        foreach (var network in (PrivateNetwork[])[_network, _client, _server])
            network.Dispose();
        _folder.Dispose();
    }

    private void Attach()
    {
        var hooks = PacketHooks.OfHostEnds(Kernel, _folder.Path, _useTcx);
        _network.Inside(() =>
        {
            hooks.Attach(_indices["client"]);
            hooks.Attach(_indices["server"]);
            return true;
        });
    }

    private void Connect(string end, PrivateNetwork container, int number)
    {
        _network.IpInside("link", "add", end, "type", "veth", "peer", "name", "eth0", "netns", Path.GetFileName(container.Path));
        _network.IpInside("link", "set", end, "master", "bridge", "up");
        container.IpInside("address", "add", $"10.97.0.{number}/24", "dev", "eth0");
        container.IpInside("address", "add", $"fd97::{number}/64", "dev", "eth0", "nodad");
        container.IpInside("link", "set", "eth0", "up");
    }

    private Process Start(PrivateNetwork network, string script)
    {
        var process = Process.Start(new ProcessStartInfo("nsenter", [$"--net={network.Path}", "--", "python3", "-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        _processes.Add(process);
        return process;
    }
}
