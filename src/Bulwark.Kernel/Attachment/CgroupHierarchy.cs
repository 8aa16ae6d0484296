using System.Globalization;
using Bulwark.Kernel.Native;

namespace Bulwark.Kernel.Attachment;

/// <summary>How the host's cgroups are laid out.</summary>
public static class CgroupHierarchy
{
    /// <summary>A file that every hierarchy of version 2 has at its root.</summary>
    public const string Mark = "cgroup.controllers";

    /// <summary>Where cgroup v2 is mounted: alone (pure) or beside v1 (hybrid); null when it is not.</summary>
    public static string? FindUnified() =>
        FindUnified(File.ReadAllText("/proc/self/mounts"), path => File.Exists(Path.Join(path, Mark)));

    /// <summary>The control group of a process, as a path below the mounted hierarchy of version 2; null if it has none of its own there.</summary>
    /// <param name="root">Where the hierarchy is mounted.</param>
    /// <param name="process">Its id; one that is gone has none.</param>
    public static string? Find(string root, int process)
    {
        try
        {
            return Find(root, File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/cgroup")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>As <see cref="Find(string, int)"/>, on the text of <c>/proc/PID/cgroup</c> (cgroups(7)).</summary>
    public static string? Find(string root, string groups)
    {
        const string Unified = "0::/";
        foreach (var line in groups.Split('\n'))
        {
            if (line.StartsWith(Unified, StringComparison.Ordinal) && line.Length > Unified.Length
                && !line.Split('/').Contains(".."))
                return Path.Join(root, line[(Unified.Length - 1)..]);
        }
        return null;
    }

    /// <summary>The kernel's number for a control group; null if it is gone.</summary>
    internal static unsafe ulong? IdOf(string path)
    {
        LibC.FileStatus status;
        return LibC.Status(0, path, 0, LibC.StatusInode, &status) == 0 ? status.Inode : null;
    }

    /// <summary>As <see cref="FindUnified()"/>, on what is told of a machine.</summary>
    /// <param name="mounts">The text of <c>/proc/self/mounts</c> (fstab(5)).</param>
    /// <param name="isHierarchy">Whether there is a hierarchy at the path: a later mount may hide an earlier one.</param>
    public static string? FindUnified(string mounts, Func<string, bool> isHierarchy)
    {
        foreach (var line in mounts.Split('\n'))
        {
            var fields = line.Split(' ');
            if (fields is [_, var where, "cgroup2", ..] && where.Replace("\\040", " ", StringComparison.Ordinal) is var path && isHierarchy(path))
                return path;
        }
        return null;
    }
}
