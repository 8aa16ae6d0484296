using System.Runtime.InteropServices;
using Bulwark.Runtimes.Docker.Authorization;

namespace Bulwark.Server.Authorization;

/// <summary>Where paths of this host lead.</summary>
internal static partial class HostFiles
{
    private const int LongestPath = 4096;

    /// <summary>The path with every link followed, as far as it exists; the rest as it is.</summary>
    public static string Follow(string path)
    {
        var plain = SensitivePaths.Plain(path);
        var rest = "";
        for (var existing = plain; existing.Length > 1; existing = existing[..Math.Max(1, existing.LastIndexOf('/'))])
        {
            if (Resolve(existing) is { } real)
                return real == "/" ? rest.Length == 0 ? "/" : rest : real + rest;
            rest = existing[existing.LastIndexOf('/')..] + rest;
        }
        return plain;
    }

    private static unsafe string? Resolve(string path)
    {
        var buffer = stackalloc byte[LongestPath + 1];
        return RealPath(path, buffer) is null ? null : Marshal.PtrToStringUTF8((nint)buffer);
    }

    [LibraryImport("libc", EntryPoint = "realpath", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial byte* RealPath(string path, byte* resolved);
}
