using System.Globalization;
using System.Runtime.InteropServices;
using Bulwark.Images.Sources;
using Microsoft.Win32.SafeHandles;

namespace Bulwark.Images.Running;

/// <summary>
/// What is at a path in a layer of a running container, on this host. The container may put there what it likes while one looks: nothing of it is followed out
/// of the layer (openat2(2), Linux 5.6), and nothing but a regular file is opened.
/// </summary>
internal sealed partial class LayeredFile : IDisposable
{
    // From asm-generic/fcntl.h and linux/openat2.h, the same on x86-64 and arm64.
    private const int PathOnly = 0x200000;
    private const int CloseOnExec = 0x80000;
    private const int CurrentDirectory = -100;
    private const long OpenAt2 = 437;
    private const ulong NoMagicLinks = 0x02;
    private const ulong NoLinks = 0x04;
    private const ulong Beneath = 0x08;
    private const int NotThere = 2;
    private const int NoDirectory = 20;
    private const int NameTooLong = 36;
    private const int Link = 40;

    private readonly SafeFileHandle _handle;

    private LayeredFile(SafeFileHandle handle, HostFileStatus status) => (_handle, Status) = (handle, status);

    public HostFileStatus Status { get; }

    /// <param name="layer">A directory of the host's, which a runtime names.</param>
    /// <param name="path">In the container.</param>
    /// <returns>Null if there is nothing, or a link on the way.</returns>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static LayeredFile? Open(string layer, string path)
    {
        using var directory = Open(CurrentDirectory, layer, 0);
        if (directory is null || Open((int)directory.DangerousGetHandle(), path.TrimStart('/'), NoLinks | NoMagicLinks | Beneath) is not { } handle)
            return null;
        if (HostFileStatus.Of((int)handle.DangerousGetHandle()) is { } status)
            return new(handle, status);
        handle.Dispose();
        return null;
    }

    /// <summary>Reads it: the same file, whatever is at its path by now.</summary>
    public FileStream Read() => new(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_handle.DangerousGetHandle()}"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);

    /// <summary>Whether overlayfs keeps only a file's mode, owner and times there, and its content below.</summary>
    public static bool IsOnlyAbout(FileStream file) => NativeAttribute((int)file.SafeFileHandle.DangerousGetHandle(), "trusted.overlay.metacopy", 0, 0) >= 0;

    public void Dispose() => _handle.Dispose();

    private static SafeFileHandle? Open(int directory, string path, ulong resolve)
    {
        var how = new How { Flags = PathOnly | CloseOnExec, Resolve = resolve };
        var descriptor = NativeCall(OpenAt2, directory, path, ref how, Marshal.SizeOf<How>());
        if (descriptor >= 0)
            return new((nint)descriptor, ownsHandle: true);
        var error = Marshal.GetLastPInvokeError();
        return error is NotThere or NoDirectory or NameTooLong or Link ? null : throw new IOException($"{path} cannot be looked at: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    [LibraryImport("libc", EntryPoint = "syscall", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial long NativeCall(long number, int directory, string path, ref How how, nint size);

    [LibraryImport("libc", EntryPoint = "fgetxattr", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint NativeAttribute(int descriptor, string name, nint value, nint size);

    /// <summary><c>struct open_how</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct How
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }
}
