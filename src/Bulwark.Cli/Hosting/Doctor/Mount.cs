using System.Collections.Immutable;

namespace Bulwark.Cli.Hosting.Doctor;

/// <summary>A mounted file system.</summary>
/// <param name="Point">Where it is mounted.</param>
/// <param name="Type">Its type, such as <c>cgroup2</c>.</param>
internal sealed record Mount(string Point, string Type)
{
    /// <summary>Every mount that the process sees, in the order in which they were made.</summary>
    public static ImmutableArray<Mount> All(Machine machine) =>
    [
        .. machine.Read("proc/self/mountinfo").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).OfType<Mount>(),
    ];

    /// <summary>Whether the kernel can mount file systems of this type.</summary>
    public static bool KernelKnows(Machine machine, string type) =>
        machine.Read("proc/filesystems").Split('\n').Any(line => line.Split('\t')[^1] == type);

    public bool Contains(string path) =>
        Point == "/" || path == Point || (path.StartsWith(Point, StringComparison.Ordinal) && path[Point.Length] == '/');

    // proc_pid_mountinfo(5): the fifth field is the mount point; after a lone dash comes the type.
    private static Mount? Parse(string line)
    {
        var fields = line.Split(' ');
        var dash = Array.IndexOf(fields, "-");
        return dash > 4 && dash + 1 < fields.Length ? new(fields[4], fields[dash + 1]) : null;
    }
}
