using System.Runtime.InteropServices;

namespace Bulwark.Kernel.Native;

/// <summary>The calls of the C library that .NET has no equal for.</summary>
internal static unsafe partial class LibC
{
    private const string Library = "libc";

    public const int AddressFamilyInet = 2;
    public const int AddressFamilyNetlink = 16;
    public const int SocketDatagram = 2;
    public const int SocketRaw = 3;
    public const int SocketCloseOnExec = 0x80000;
    public const int LevelSocket = 1;
    public const int OptionReceiveBufferForce = 33;
    public const int OptionNamespaceCookie = 71;
    public const int OpenReadOnly = 0;
    public const int OpenDirectory = 0x10000;
    public const int OpenCloseOnExec = 0x80000;
    public const int CloneNewNetwork = 0x40000000;
    public const int StatusInode = 0x100;
    public const short PollIn = 1;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary><c>struct statfs</c> on 64-bit Linux; only its first field counts here.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 120)]
    public struct FileSystemStatus
    {
        public long Type;
    }

    [LibraryImport(Library, EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport(Library, EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(int socket, void* address, uint size);

    [LibraryImport(Library, EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int socket, void* bytes, nuint size, int flags);

    [LibraryImport(Library, EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int socket, void* bytes, nuint size, int flags);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport(Library, EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetSocketOption(int socket, int level, int option, void* value, uint* size);

    [LibraryImport(Library, EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSocketOption(int socket, int level, int option, void* value, uint size);

    [LibraryImport(Library, EntryPoint = "setns", SetLastError = true)]
    public static partial int EnterNamespace(int descriptor, int type);

    [LibraryImport(Library, EntryPoint = "unshare", SetLastError = true)]
    public static partial int Unshare(int flags);

    /// <summary><c>struct statx</c>; only the inode number counts here.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(32)]
        public ulong Inode;
    }

    [LibraryImport(Library, EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Status(int directory, string path, int flags, uint mask, FileStatus* status);

    [LibraryImport(Library, EntryPoint = "statfs", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int FileSystem(string path, FileSystemStatus* status);

    [LibraryImport(Library, EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Mount(string source, string target, string type, nuint flags, string? data);
}
