using System.Runtime.InteropServices;
using Bulwark.Kernel.Namespaces;
using Bulwark.Kernel.Native;
using Bulwark.Kernel.Netlink;

namespace Bulwark.Kernel.Attachment;

/// <summary>
/// Tries which kinds of network interfaces the kernel can make, in a network namespace made for it, which goes away with the thread. The kernel loads
/// the module of a kind that it has as one, as it does when a runtime makes such a network.
/// </summary>
public static class NetworkKindsTrial
{
    private const uint Loopback = 1;

    /// <summary>Those of the given kinds that the kernel does not know.</summary>
    /// <exception cref="KernelException">It could not be tried.</exception>
    public static IReadOnlyList<string> Missing(IEnumerable<string> kinds) => NamespaceThread.Run(() =>
    {
        if (LibC.Unshare(LibC.CloneNewNetwork) != 0)
            throw new KernelException("make a network namespace", Marshal.GetLastPInvokeError());
        return kinds.Where(kind => !IsKnown(kind)).ToList();
    });

    // Whatever else the kernel has against an interface with so little said of it: only a kind that it does not know is not supported.
    private static bool IsKnown(string kind)
    {
        using var socket = new NetlinkSocket(0);
        socket.Send(NetlinkMessage.Request(
            NetlinkMessage.NewLink, NetlinkMessage.FlagCreate | NetlinkMessage.FlagAcknowledge, NetlinkMessage.NewLinkOfKind(kind, Loopback)));
        var bytes = socket.Receive();
        var error = NetlinkMessage.TryTake(ref bytes, out var type, out var message) && type == NetlinkMessage.Error
            ? NetlinkMessage.ReadError(message)
            : Errno.NoEntry;
        return error == Errno.NotPermitted
            ? throw new KernelException($"make an interface of the kind {kind}", error)
            : error != Errno.NotSupported;
    }
}
