using System.Buffers;
using System.Runtime.InteropServices;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Netlink;

/// <summary>A socket to the kernel's tables, in the network namespace of the thread that opens it. See netlink(7).</summary>
internal sealed unsafe class NetlinkSocket : IDisposable
{
    /// <summary>Interfaces, addresses, filters (NETLINK_ROUTE).</summary>
    public const int Route = 0;

    /// <summary>Connections, tables of rules (NETLINK_NETFILTER).</summary>
    public const int Netfilter = 12;

    private const int BufferLength = 256 * 1024; // a dump's datagrams are at most 32 KiB

    private readonly Descriptor _socket;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferLength); // sockets come and go many times a second

    /// <param name="groups">Multicast groups to listen to (RTMGRP_*), or 0.</param>
    /// <param name="protocol">NETLINK_*.</param>
    /// <exception cref="KernelException">The kernel refuses.</exception>
    public NetlinkSocket(uint groups, int protocol = Route)
    {
        var descriptor = LibC.Socket(LibC.AddressFamilyNetlink, LibC.SocketRaw | LibC.SocketCloseOnExec, protocol);
        if (descriptor < 0)
            throw new KernelException("open a netlink socket", Marshal.GetLastPInvokeError());
        _socket = new(descriptor);
        var address = new SocketAddress { Family = LibC.AddressFamilyNetlink, Groups = groups };
        if (LibC.Bind(descriptor, &address, (uint)sizeof(SocketAddress)) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            _socket.Dispose();
            throw new KernelException("bind a netlink socket", error);
        }
        // A burst of interfaces must not overrun it; where the size is refused, an overrun is told and mended.
        var size = 4 * 1024 * 1024;
        _ = LibC.SetSocketOption(descriptor, LibC.LevelSocket, LibC.OptionReceiveBufferForce, &size, sizeof(int));
    }

    public void Send(byte[] message)
    {
        fixed (byte* bytes = message)
        {
            if (LibC.Send(_socket.Value, bytes, (nuint)message.Length, 0) != message.Length)
                throw new KernelException("ask the kernel for its tables", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Whether something came within the time.</summary>
    public bool Wait(int milliseconds)
    {
        var poll = new LibC.PollDescriptor { Descriptor = _socket.Value, Events = LibC.PollIn };
        return LibC.Poll(&poll, 1, milliseconds) > 0;
    }

    /// <summary>The next messages, valid until the next call; waits for them.</summary>
    /// <exception cref="KernelException">ENOBUFS: some were lost.</exception>
    public ReadOnlySpan<byte> Receive()
    {
        while (true)
        {
            fixed (byte* bytes = _buffer)
            {
                var length = LibC.Receive(_socket.Value, bytes, (nuint)_buffer.Length, 0);
                if (length >= 0)
                    return _buffer.AsSpan(0, (int)length);
            }
            var error = Marshal.GetLastPInvokeError();
            if (error != Errno.Interrupted)
                throw new KernelException("hear of the kernel's tables", error);
        }
    }

    public void Dispose()
    {
        if (_socket.IsClosed)
            return;
        _socket.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    // struct sockaddr_nl
    [StructLayout(LayoutKind.Sequential)]
    private struct SocketAddress
    {
        public ushort Family;
        public ushort Pad;
        public uint Port;
        public uint Groups;
    }
}
