using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bulwark.Images.Sources;

/// <summary>
/// Opens files of a directory that somebody else may have prepared: regular files only. A link could lead anywhere, and the opening
/// of a pipe waits for a writer who never comes.
/// </summary>
internal static partial class HostFile
{
    // From asm-generic/fcntl.h; O_NOFOLLOW is another on arm64.
    private const int ReadOnly = 0;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int NotPermitted = 1;
    private const int AccessDenied = 13;

    private static readonly int s_noFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>The file, or null if it is not there or no regular file.</summary>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static FileStream? Open(string path)
    {
        var descriptor = NativeOpen(path, ReadOnly | NonBlocking | CloseOnExec | s_noFollow, 0);
        if (descriptor < 0)
        {
            return Marshal.GetLastPInvokeError() is NotPermitted or AccessDenied
                ? throw new UnauthorizedAccessException($"{path} may not be read")
                : null;
        }
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            if (HostFileStatus.Of(descriptor) is { Kind: Archives.TarEntryKind.File })
                return new(handle, FileAccess.Read, 0);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
        handle.Dispose();
        return null;
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int NativeOpen(string path, int flags, int mode);
}
