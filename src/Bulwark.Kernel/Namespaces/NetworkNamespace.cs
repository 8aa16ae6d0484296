using System.Runtime.InteropServices;
using Bulwark.Kernel.Native;
using Bulwark.Kernel.Netlink;

namespace Bulwark.Kernel.Namespaces;

/// <summary>A network namespace, seen from inside.</summary>
/// <param name="Cookie">The kernel's number for it: never used again while the machine runs.</param>
/// <param name="Links">Its interfaces.</param>
/// <param name="Addresses">Their addresses.</param>
public sealed record NetworkNamespace(ulong Cookie, IReadOnlyList<Link> Links, IReadOnlyList<LinkAddress> Addresses)
{
    /// <summary>Looks into the namespace behind a file (<c>/proc/PID/ns/net</c>, <c>/run/docker/netns/ID</c>).</summary>
    /// <exception cref="KernelException">It is gone, or the kernel refuses.</exception>
    public static NetworkNamespace Inspect(string path) =>
        Run(path, () => new NetworkNamespace(OwnCookie(), Interfaces.Links(), Interfaces.Addresses()));

    /// <summary>Does the work inside the namespace behind a file, on a thread of its own.</summary>
    /// <exception cref="KernelException">It is gone, or the kernel refuses.</exception>
    public static T Run<T>(string path, Func<T> work)
    {
        using var file = Descriptor.Open(path);
        return NamespaceThread.Run(() => LibC.EnterNamespace(file.Value, LibC.CloneNewNetwork) == 0
            ? work()
            : throw new KernelException($"enter the network namespace {path}", Marshal.GetLastPInvokeError()));
    }

    /// <summary>Files of all network namespaces that a process is in, but the calling thread's own: one each.</summary>
    public static IReadOnlyList<string> Others()
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(path => char.IsAsciiDigit(path["/proc/".Length])))
        {
            var path = process + "/ns/net";
            if (NameOf(path) is { } name)
                found.TryAdd(name, path);
        }
        if (NameOf("/proc/thread-self/ns/net") is { } own)
            found.Remove(own);
        return [.. found.Values];
    }

    // "net:[4026531840]"; null when the process is gone.
    private static string? NameOf(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: false)?.Name;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
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
