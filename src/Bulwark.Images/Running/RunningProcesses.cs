using System.Globalization;
using System.Text;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Running;

/// <summary>
/// Looks at the processes of a container in <c>/proc</c> (proc(5)): the program that each runs, what it has mapped, what it has open, and whether
/// it listens. All of that is the container's to choose, so that there is a limit on everything.
/// </summary>
internal sealed class RunningProcesses(string proc = "/proc")
{
    private const int MostProcesses = 4096;
    private const int MostFiles = 100_000;
    private const int MostLines = 200_000;
    private const int LargestText = 4096;
    private const string Deleted = " (deleted)";

    private readonly HashSet<string> _files = new(StringComparer.Ordinal);
    private readonly HashSet<string> _listening = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _listeners = new(StringComparer.Ordinal);
    private bool _isPartial;

    /// <param name="container">The container's whole id, which names its control group.</param>
    /// <param name="first">Its first process.</param>
    /// <returns>Null if that is no process of it here: the daemon sees another machine's processes.</returns>
    public static RunningFiles? Of(string container, long first) => new RunningProcesses().Look(container, first);

    internal RunningFiles? Look(string container, long first)
    {
        if (container.Length < 32 || !Belongs(first.ToString(CultureInfo.InvariantCulture), container))
            return null;
        var seen = 0;
        foreach (var process in Directory.EnumerateDirectories(proc).Select(path => Path.GetFileName(path)).Where(name => name.All(char.IsAsciiDigit)))
        {
            if (!Belongs(process, container))
                continue;
            if (++seen > MostProcesses || _files.Count > MostFiles)
            {
                _isPartial = true;
                break;
            }
            Look(process);
        }
        return new([.. _files], [.. _listening], _isPartial);
    }

    private bool Belongs(string process, string container) => Read(process, "cgroup")?.Contains(container, StringComparison.Ordinal) is true;

    private void Look(string process)
    {
        var files = new List<string>();
        // A process that has ended, or that the kernel runs, has no program.
        if (Link(process, "exe") is { } program)
            files.Add(program);
        files.AddRange(Mapped(process));
        var (open, listens) = Open(process);
        files.AddRange(open);
        // What an interpreter was given to read: "python3 /usr/bin/tool", which is also what the kernel makes of a script.
        if (Read(process, "cmdline")?.Split('\0').Skip(1).FirstOrDefault(word => !word.StartsWith('-')) is ['/', ..] script)
            files.Add(script);
        foreach (var file in files)
        {
            if (file.EndsWith(Deleted, StringComparison.Ordinal) || ImagePath.Clean(file) is not { Length: > 0 } path)
                continue;
            _files.Add(path);
            if (listens)
                _listening.Add(path);
        }
    }

    private List<string> Mapped(string process)
    {
        var files = new List<string>();
        var last = "";
        foreach (var line in Lines(process, "maps"))
        {
            // "7f…-7f… r-xp 00000000 00:2f 1234    /usr/lib/libc.so.6"
            if (line.IndexOf('/', StringComparison.Ordinal) is var at and > 0 && line[at..] is var path && path != last)
                files.Add(last = path);
        }
        return files;
    }

    private (List<string> Files, bool Listens) Open(string process)
    {
        var (files, listens) = (new List<string>(), false);
        try
        {
            var listeners = Listeners(process);
            foreach (var descriptor in Directory.EnumerateFileSystemEntries($"{proc}/{process}/fd").Take(MostFiles))
            {
                if (Link(process, $"fd/{Path.GetFileName(descriptor)}") is not { } target)
                    continue;
                if (target.StartsWith('/') && !target.StartsWith("/dev/", StringComparison.Ordinal))
                    files.Add(target);
                else
                    listens |= listeners.Contains(target);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Missed(e);
        }
        return (files, listens);
    }

    // Sockets of this process's network that wait for connections, as links of descriptors name them.
    private HashSet<string> Listeners(string process)
    {
        var network = Link(process, "ns/net") ?? process;
        if (_listeners.TryGetValue(network, out var known))
            return known;
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (table, state) in ((string, string)[])[("net/tcp", "0A"), ("net/tcp6", "0A"), ("net/udp", "07"), ("net/udp6", "07")])
        {
            // "0: 0100007F:1F90 00000000:0000 0A … inode": the tenth column.
            foreach (var columns in Lines(process, table).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            {
                if (columns.Length > 9 && columns[3] == state && columns[2].EndsWith(":0000", StringComparison.Ordinal))
                    found.Add($"socket:[{columns[9]}]");
            }
        }
        return _listeners[network] = found;
    }

    private string? Link(string process, string name)
    {
        try
        {
            return new FileInfo($"{proc}/{process}/{name}").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Missed(e);
            return null;
        }
    }

    private List<string> Lines(string process, string name)
    {
        try
        {
            var lines = File.ReadLines($"{proc}/{process}/{name}").Take(MostLines).ToList();
            _isPartial |= lines.Count == MostLines;
            return lines;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Missed(e);
            return [];
        }
    }

    private string? Read(string process, string name)
    {
        try
        {
            using var file = new FileStream($"{proc}/{process}/{name}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            var text = new byte[LargestText];
            return Encoding.UTF8.GetString(text, 0, file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // That a process has ended is no lack; that it may not be looked at is.
    private void Missed(Exception e) => _isPartial |= e is UnauthorizedAccessException;
}
