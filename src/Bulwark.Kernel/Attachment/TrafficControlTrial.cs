using System.Runtime.InteropServices;
using System.Text;
using Bulwark.Kernel.Namespaces;
using Bulwark.Kernel.Native;
using Bulwark.Kernel.Netlink;

namespace Bulwark.Kernel.Attachment;

/// <summary>
/// Tries clsact and the bpf classifier on the loopback interface of a network namespace made for it, which goes away with the
/// thread: the host's own interfaces are not touched.
/// </summary>
public static class TrafficControlTrial
{
    // <linux/pkt_sched.h>
    private const uint IngressHandle = 0xFFFF_0000;
    private const uint ClsactParent = 0xFFFF_FFF1;
    private const uint FirstPriorityOfAllProtocols = 1 << 16 | 0x0300; // ETH_P_ALL in network order

    public static Trial Run() => NamespaceThread.Run(RunHere);

    private static Trial RunHere()
    {
        if (LibC.Unshare(LibC.CloneNewNetwork) != 0)
            return Trial.NotTried($"a network namespace could not be made ({Marshal.GetLastPInvokeErrorMessage()})");
        try
        {
            using var socket = new NetlinkSocket(0);
            var error = Ask(socket, NetlinkMessage.NewQdisc, IngressHandle, ClsactParent, 0, "clsact");
            if (error == Errno.NotPermitted)
                return Trial.NotTried("this process may not change interfaces");
            if (error != 0)
                return Trial.Failed($"no clsact ({Marshal.GetPInvokeErrorMessage(error)})");
            // Without a program it is refused as incomplete; only a kernel that does not know the classifier says something else.
            error = Ask(socket, NetlinkMessage.NewFilter, 0, NetlinkMessage.ClsactIngress, FirstPriorityOfAllProtocols, "bpf");
            return error is Errno.Invalid or 0 ? Trial.Succeeded : Trial.Failed($"no bpf classifier ({Marshal.GetPInvokeErrorMessage(error)})");
        }
        catch (KernelException e)
        {
            return Trial.NotTried(e.Message);
        }
    }

    /// <summary>Sends one request about loopback and gives the kernel's error number, 0 if it did it.</summary>
    private static int Ask(NetlinkSocket socket, ushort type, uint handle, uint parent, uint information, string kind)
    {
        const uint Loopback = 1;
        var body = NetlinkMessage.TrafficControl(Loopback, handle, parent, information, Encoding.ASCII.GetBytes(kind + "\0"));
        socket.Send(NetlinkMessage.Request(type, NetlinkMessage.FlagCreate | NetlinkMessage.FlagAcknowledge, body));
        var bytes = socket.Receive();
        // An acknowledgement is an error message with the number 0.
        return NetlinkMessage.TryTake(ref bytes, out var answer, out var message) && answer == NetlinkMessage.Error
            ? NetlinkMessage.ReadError(message)
            : Errno.NoEntry;
    }
}
