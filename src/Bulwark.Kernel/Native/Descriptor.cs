using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Bulwark.Kernel.Native;

/// <summary>A file descriptor that is closed with its last user.</summary>
internal sealed class Descriptor : SafeHandleMinusOneIsInvalid
{
    public Descriptor(int descriptor) : base(ownsHandle: true) => SetHandle(descriptor);

    public int Value => (int)handle;

    /// <exception cref="KernelException">It cannot be opened.</exception>
    public static Descriptor Open(string path, int flags = LibC.OpenReadOnly)
    {
        var descriptor = LibC.Open(path, flags | LibC.OpenCloseOnExec);
        return descriptor >= 0 ? new(descriptor) : throw new KernelException($"open {path}", Marshal.GetLastPInvokeError());
    }

    protected override bool ReleaseHandle() => LibC.Close((int)handle) == 0;
}
