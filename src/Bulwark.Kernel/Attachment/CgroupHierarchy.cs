namespace Bulwark.Kernel.Attachment;

/// <summary>How the host's cgroups are laid out.</summary>
public static class CgroupHierarchy
{
    /// <summary>Where cgroup v2 is mounted: alone (pure) or beside v1 (hybrid); null when it is not.</summary>
    /// <param name="mounts">The text of <c>/proc/self/mounts</c> (fstab(5)).</param>
    public static string? FindUnified(string mounts)
    {
        foreach (var line in mounts.Split('\n'))
        {
            var fields = line.Split(' ');
            if (fields is [_, var where, "cgroup2", ..])
                return where.Replace("\\040", " ", StringComparison.Ordinal);
        }
        return null;
    }
}
