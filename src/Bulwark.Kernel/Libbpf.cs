using System.Runtime.InteropServices;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel;

/// <summary>The library that loads kernel programs.</summary>
public static class Libbpf
{
    public const string Library = LibBpf.Library;

    /// <summary>Its version, for example <c>v1.1</c>; null if it cannot be loaded.</summary>
    public static unsafe string? Version()
    {
        if (!NativeLibrary.TryLoad(Library, out var library))
            return null;
        return NativeLibrary.TryGetExport(library, "libbpf_version_string", out var function)
            ? Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)function)())
            : "of an unknown version";
    }
}
