using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Netlink;

/// <summary>Tells of every change of the interfaces, their addresses and filters in the network namespace where it was made.</summary>
public sealed class NetlinkMonitor : IDisposable
{
    // RTMGRP_LINK, RTMGRP_TC, RTMGRP_IPV4_IFADDR, RTMGRP_IPV6_IFADDR
    private const uint Groups = 0x1 | 0x8 | 0x10 | 0x100;
    private const int LookEvery = 500; // ms, at whether to end

    private readonly NetlinkSocket _socket = new(Groups);

    /// <summary>Tells the sink, on the calling thread, until cancelled. What happened since the constructor is told as well.</summary>
    public void Run(Action<LinkChange> sink, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            if (!_socket.Wait(LookEvery))
                continue;
            try
            {
                Tell(_socket.Receive(), sink);
            }
            catch (KernelException e) when (e.Error == Errno.NoBuffers)
            {
                sink(new LinksMissed());
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static void Tell(ReadOnlySpan<byte> bytes, Action<LinkChange> sink)
    {
        while (NetlinkMessage.TryTake(ref bytes, out var type, out var body))
        {
            switch (type)
            {
                case NetlinkMessage.NewLink or NetlinkMessage.DeleteLink when NetlinkMessage.IsOfPort(body):
                    sink(new PortChanged(NetlinkMessage.ReadIndex(body)));
                    break;
                case NetlinkMessage.NewLink when NetlinkMessage.ReadLink(body) is { } link:
                    sink(new LinkSeen(link));
                    break;
                case NetlinkMessage.DeleteLink when NetlinkMessage.ReadLink(body) is { } link:
                    sink(new LinkGone(link));
                    break;
                case NetlinkMessage.NewAddress or NetlinkMessage.DeleteAddress:
                    sink(new AddressesChanged());
                    break;
                case NetlinkMessage.NewQdisc or NetlinkMessage.DeleteQdisc or NetlinkMessage.NewFilter or NetlinkMessage.DeleteFilter:
                    sink(new FiltersChanged(NetlinkMessage.ReadIndex(body)));
                    break;
            }
        }
    }
}
