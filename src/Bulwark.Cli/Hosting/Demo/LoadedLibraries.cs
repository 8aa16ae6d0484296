namespace Bulwark.Cli.Hosting.Demo;

/// <summary>The shared libraries that a process has loaded.</summary>
internal static class LoadedLibraries
{
    // proc(5), /proc/PID/maps: address, permissions, offset, device, inode, path.
    private const int FieldsBeforePath = 5;

    /// <summary>Their paths, each once.</summary>
    /// <param name="maps">The text of <c>/proc/PID/maps</c>.</param>
    public static IReadOnlyList<string> Find(string maps) =>
    [
        .. maps.Split('\n').Select(line => line.Split(' ', FieldsBeforePath + 1, StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > FieldsBeforePath).Select(fields => fields[FieldsBeforePath])
            .Where(path => path.StartsWith('/') && Path.GetFileName(path).Contains(".so", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>
    /// The names that a loader may ask for a library by: the file's own, and those of the symbolic links to it beside it. The file may
    /// be called <c>libc-2.31.so</c> where everything asks for <c>libc.so.6</c>.
    /// </summary>
    public static IEnumerable<string> NamesOf(string library)
    {
        var name = Path.GetFileName(library);
        return new DirectoryInfo(Path.GetDirectoryName(library)!).EnumerateFiles("*.so*")
            .Where(file => file.LinkTarget is { } target && Path.GetFileName(target) == name).Select(file => file.Name).Prepend(name);
    }
}
