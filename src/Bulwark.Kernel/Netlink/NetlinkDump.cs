namespace Bulwark.Kernel.Netlink;

/// <summary>Asks the kernel for everything of a kind.</summary>
internal static class NetlinkDump
{
    public delegate void MessageHandler(ushort type, ReadOnlySpan<byte> body);

    /// <exception cref="KernelException">The kernel refuses.</exception>
    public static void Read(int protocol, ushort request, byte[] body, MessageHandler handler)
    {
        using var socket = new NetlinkSocket(0, protocol);
        socket.Send(NetlinkMessage.Request(request, NetlinkMessage.FlagDump, body));
        while (true)
        {
            var bytes = (ReadOnlySpan<byte>)socket.Receive();
            while (NetlinkMessage.TryTake(ref bytes, out var type, out var message))
            {
                if (type == NetlinkMessage.Done)
                    return;
                if (type == NetlinkMessage.Error)
                    throw new KernelException("list what the kernel has", NetlinkMessage.ReadError(message));
                handler(type, message);
            }
        }
    }
}
