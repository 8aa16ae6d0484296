using System.Runtime.InteropServices;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Attachment;

/// <summary>The file system that pinned programs and maps live in.</summary>
public static unsafe class BpfFileSystem
{
    private const long Magic = 0xcafe4a11; // BPF_FS_MAGIC, linux/magic.h
    private const string MountPoint = "/sys/fs/bpf";

    /// <summary>Makes <paramref name="root"/> there, on a bpf file system; mounts one at its usual place if it has to.</summary>
    /// <exception cref="KernelException">It cannot be mounted, or the directory is on something else.</exception>
    public static void Prepare(string root)
    {
        var existing = root;
        while (!Directory.Exists(existing))
            existing = Path.GetDirectoryName(existing) ?? "/";
        if (!IsBpf(existing))
        {
            if (root != MountPoint && !root.StartsWith(MountPoint + "/", StringComparison.Ordinal))
                throw new KernelException($"pin below {root}", 0, $"{existing} is not on a bpf file system; choose a directory below {MountPoint}");
            if (LibC.Mount("bpf", MountPoint, "bpf", 0, "mode=0700") != 0)
                throw new KernelException($"mount the bpf file system at {MountPoint}", Marshal.GetLastPInvokeError());
        }
        Directory.CreateDirectory(root);
        File.SetUnixFileMode(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Whether the path is on a bpf file system.</summary>
    public static bool IsBpf(string path)
    {
        LibC.FileSystemStatus status;
        return LibC.FileSystem(path, &status) == 0 && status.Type == Magic;
    }

    /// <summary>Removes everything that is pinned below the directory, and the directory.</summary>
    public static void Remove(string root)
    {
        if (Directory.Exists(root) && IsBpf(root))
            Directory.Delete(root, recursive: true);
    }
}
