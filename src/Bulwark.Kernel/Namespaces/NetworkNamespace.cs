using System.Runtime.InteropServices;
using Bulwark.Kernel.Native;
using Bulwark.Kernel.Netlink;

namespace Bulwark.Kernel.Namespaces;

/// <summary>A network namespace, seen from inside.</summary>
/// <param name="Cookie">The kernel's number for it: never used again while the machine runs.</param>
/// <param name="Links">Its interfaces.</param>
public sealed record NetworkNamespace(ulong Cookie, IReadOnlyList<Link> Links)
{
    /// <summary>Looks into the namespace behind a file (<c>/proc/PID/ns/net</c>, <c>/run/docker/netns/ID</c>).</summary>
    /// <exception cref="KernelException">It is gone, or the kernel refuses.</exception>
    public static NetworkNamespace Inspect(string path)
    {
        using var file = Descriptor.Open(path);
        return NamespaceThread.Run(() => LibC.EnterNamespace(file.Value, LibC.CloneNewNetwork) == 0
            ? new NetworkNamespace(OwnCookie(), Interfaces.Links())
            : throw new KernelException($"enter the network namespace {path}", Marshal.GetLastPInvokeError()));
    }

    /// <summary>The cookie of the calling thread's namespace.</summary>
    /// <exception cref="KernelException">The kernel does not tell (before Linux 5.14).</exception>
    public static unsafe ulong OwnCookie()
    {
        var descriptor = LibC.Socket(LibC.AddressFamilyInet, LibC.SocketDatagram | LibC.SocketCloseOnExec, 0);
        if (descriptor < 0)
            throw new KernelException("open a socket", Marshal.GetLastPInvokeError());
        using var socket = new Descriptor(descriptor);
        ulong cookie;
        uint size = sizeof(ulong);
        if (LibC.GetSocketOption(descriptor, LibC.LevelSocket, LibC.OptionNamespaceCookie, &cookie, &size) != 0)
            throw new KernelException("read the network namespace's cookie", Marshal.GetLastPInvokeError());
        return cookie;
    }
}
