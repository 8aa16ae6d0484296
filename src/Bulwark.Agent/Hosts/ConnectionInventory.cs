using Bulwark.Kernel;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Netlink;
using Bulwark.Model;
using Microsoft.Extensions.Logging;

namespace Bulwark.Agent.Hosts;

/// <summary>
/// Tells the kernel programs of connections that a container had before it was watched, with the direction that they were opened in, as far as the
/// host tracks them (conntrack): all that its addresses are translated for, and with br_netfilter those between containers too.
/// </summary>
internal sealed partial class ConnectionInventory(KernelPrograms kernel, TimeProvider time, ILogger log)
{
    // All that run when Bulwark starts are watched in one go.
    private static readonly TimeSpan s_keepFor = TimeSpan.FromSeconds(1);

    private ILookup<MappedAddress, (byte Transport, TrackedFlow Sent, Direction OpenedBy)> _flows =
        Array.Empty<(byte, TrackedFlow, Direction)>().ToLookup(_ => default(MappedAddress));
    private long _readAt;

    /// <summary>To be called before the container's packets are judged at the place.</summary>
    public void TakeOver(WatchedContainer container, uint place)
    {
        if (_readAt == 0 || time.GetElapsedTime(_readAt) >= s_keepFor)
            Read();
        foreach (var (transport, sent, openedBy) in container.Addresses.SelectMany(address => _flows[address]))
        {
            kernel.Connections.TryAdd(new()
            {
                Local = MappedAddress.From(sent.Source),
                LocalPort = sent.SourcePort,
                Remote = MappedAddress.From(sent.Destination),
                RemotePort = sent.DestinationPort,
                Transport = transport,
                Interface = place,
            }, openedBy);
        }
    }

    private void Read()
    {
        try
        {
            // What a container sends has its address as the source only as it sends it: as the opener, or as the one who answers.
            _flows = TrackedConnection.Read()
                .SelectMany(c => ((byte, TrackedFlow Sent, Direction)[])[(c.Transport, c.Original, Direction.Out), (c.Transport, c.Reply, Direction.In)])
                .ToLookup(flow => MappedAddress.From(flow.Sent.Source));
        }
        catch (KernelException e)
        {
            LogNotRead(e);
        }
        _readAt = time.GetTimestamp();
    }

    [LoggerMessage(17, LogLevel.Warning, "The kernel does not tell which connections are open: who opened them is guessed from the ports.")]
    private partial void LogNotRead(Exception e);
}
