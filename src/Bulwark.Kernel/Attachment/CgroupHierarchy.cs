namespace Bulwark.Kernel.Attachment;

/// <summary>How the host's cgroups are laid out.</summary>
public static class CgroupHierarchy
{
    /// <summary>A file that every hierarchy of version 2 has at its root.</summary>
    public const string Mark = "cgroup.controllers";

    /// <summary>Where cgroup v2 is mounted: alone (pure) or beside v1 (hybrid); null when it is not.</summary>
    public static string? FindUnified() =>
        FindUnified(File.ReadAllText("/proc/self/mounts"), path => File.Exists(Path.Join(path, Mark)));

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
