using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>
/// Tries clsact and the bpf classifier on the loopback interface of a network namespace made for it, which goes away with the
/// thread: the host's own interfaces are not touched.
/// </summary>
internal static partial class TrafficControlTrial
{
    // <linux/sched.h>, <linux/netlink.h>, <linux/rtnetlink.h>, <linux/pkt_sched.h>, <asm-generic/errno-base.h>
    private const int NewNetworkNamespace = 0x4000_0000;
    private const int NetlinkFamily = 16;
    private const int RawSocket = 3 | 0x80000; // SOCK_CLOEXEC
    private const int RouteProtocol = 0;
    private const ushort NewDiscipline = 36;
    private const ushort NewFilter = 44;
    private const ushort RequestCreateAcknowledge = 1 | 4 | 0x200 | 0x400;
    private const ushort KindAttribute = 1;
    private const uint IngressHandle = 0xFFFF_0000;
    private const uint ClsactParent = 0xFFFF_FFF1;
    private const uint ClsactIngress = 0xFFFF_FFF2;
    private const uint FirstPriorityOfAllProtocols = 1 << 16 | 0x0300; // ETH_P_ALL in network order
    private const int Loopback = 1;
    private const int NotThere = 2;
    private const int NotPermitted = 1;
    private const int Invalid = 22;
    private const int HeaderBytes = 16;
    private const int MessageBytes = 20;

    public static Trial Run()
    {
        var trial = Trial.NotTried("the thread did not start");
        // A thread of its own, because its network namespace stays changed.
        var thread = new Thread(() => trial = RunHere()) { Name = "traffic control trial" };
        thread.Start();
        thread.Join();
        return trial;
    }

    private static Trial RunHere()
    {
        if (Unshare(NewNetworkNamespace) != 0)
            return Trial.NotTried($"a network namespace could not be made ({Marshal.GetLastPInvokeErrorMessage()})");
        var socket = OpenSocket(NetlinkFamily, RawSocket, RouteProtocol);
        if (socket < 0)
            return Trial.NotTried($"no netlink socket ({Marshal.GetLastPInvokeErrorMessage()})");
        try
        {
            var error = Ask(socket, NewDiscipline, IngressHandle, ClsactParent, 0, "clsact");
            if (error == NotPermitted)
                return Trial.NotTried("this process may not change interfaces");
            if (error != 0)
                return Trial.Failed($"no clsact ({Marshal.GetPInvokeErrorMessage(error)})");
            // Without a program it is refused as incomplete; only a kernel that does not know the classifier says something else.
            error = Ask(socket, NewFilter, 0, ClsactIngress, FirstPriorityOfAllProtocols, "bpf");
            return error is Invalid or 0 ? Trial.Succeeded : Trial.Failed($"no bpf classifier ({Marshal.GetPInvokeErrorMessage(error)})");
        }
        finally
        {
            _ = CloseSocket(socket);
        }
    }

    /// <summary>Sends one request about loopback and gives the kernel's error number, 0 if it did it.</summary>
    private static int Ask(int socket, ushort type, uint handle, uint parent, uint info, string kind)
    {
        var text = Encoding.ASCII.GetBytes(kind + "\0");
        var message = new byte[HeaderBytes + MessageBytes + (4 + text.Length + 3) / 4 * 4];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), type);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(6), RequestCreateAcknowledge);
        var body = message.AsSpan(HeaderBytes);
        BinaryPrimitives.WriteInt32LittleEndian(body[4..], Loopback);
        BinaryPrimitives.WriteUInt32LittleEndian(body[8..], handle);
        BinaryPrimitives.WriteUInt32LittleEndian(body[12..], parent);
        BinaryPrimitives.WriteUInt32LittleEndian(body[16..], info);
        var attribute = body[MessageBytes..];
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, (ushort)(4 + text.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(attribute[2..], KindAttribute);
        text.CopyTo(attribute[4..]);
        if (Send(socket, message, (nuint)message.Length, 0) < 0)
            return Marshal.GetLastPInvokeError();
        var answer = new byte[4096];
        var length = Receive(socket, answer, (nuint)answer.Length, 0);
        if (length < 0)
            return Marshal.GetLastPInvokeError();
        // An acknowledgement is an error message: after its header comes the negative error number, or 0.
        return length >= HeaderBytes + 4 ? -BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(HeaderBytes)) : NotThere;
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int OpenSocket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int socket, byte[] message, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(int socket, [Out] byte[] buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseSocket(int socket);
}
