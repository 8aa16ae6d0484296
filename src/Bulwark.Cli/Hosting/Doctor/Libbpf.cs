using System.Runtime.InteropServices;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>The library that loads kernel programs.</summary>
internal static class Libbpf
{
    public const string Library = "libbpf.so.1";

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
