using System.Collections.Concurrent;
using Bulwark.Images.Archives;
using Bulwark.Model.Workloads;

namespace Bulwark.Images.Running;

/// <summary>
/// Tells files of running containers that are no longer what their image has at that path: overlayfs keeps what a container wrote apart from the layers of
/// its image. A file that is there only because its mode, owner or time was changed is the same still. For any thread.
/// </summary>
public sealed class ChangedFiles
{
    private const int MostKnown = 8192;
    private const long LargestCompared = 64 << 20;

    // What is written again and again is not what the image had, whatever is in it at the moment.
    private const int MostComparisons = 16;

    private readonly ConcurrentDictionary<(string Container, string Path), Known> _known = new();

    /// <summary>Whether the container has another file there than its image. False too where that cannot be told.</summary>
    /// <param name="container">Its id.</param>
    /// <param name="path">In the container, without links in it: as the kernel names what a process runs.</param>
    public bool Contain(string container, ContainerRoot root, string path)
    {
        try
        {
            using var file = LayeredFile.Open(root.Upper, path);
            if (file is not { Status.Kind: TarEntryKind.File })
                return false;
            var known = _known.GetValueOrDefault((container, path));
            if (known.Comparisons == MostComparisons || known.Stamp == file.Status.Stamp)
                return known.IsChanged;
            var comparisons = known.Comparisons + 1;
            var isChanged = comparisons == MostComparisons || Differs(file, root, path);
            if (_known.Count >= MostKnown)
                _known.Clear();
            _known[(container, path)] = new(file.Status.Stamp, isChanged, comparisons);
            return isChanged;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone while it was looked at, or another machine's.
            return false;
        }
    }

    private static bool Differs(LayeredFile file, ContainerRoot root, string path)
    {
        foreach (var lower in root.Lower)
        {
            using var below = LayeredFile.Open(lower, path);
            if (below is null)
                continue;
            if (below.Status.Kind != TarEntryKind.File || below.Status.Size != file.Status.Size)
                return true;
            if (file.Status.Size > LargestCompared)
                return false;
            using var now = file.Read();
            using var before = below.Read();
            return !LayeredFile.IsOnlyAbout(now) && !AreSame(now, before);
        }
        return true;
    }

    private static bool AreSame(Stream one, Stream other)
    {
        var (first, second) = (new byte[64 << 10], new byte[64 << 10]);
        while (true)
        {
            var read = one.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
            if (other.ReadAtLeast(second, second.Length, throwOnEndOfStream: false) != read || !first.AsSpan(0, read).SequenceEqual(second.AsSpan(0, read)))
                return false;
            if (read < first.Length)
                return true;
        }
    }

    private readonly record struct Known((ulong, long, uint) Stamp, bool IsChanged, int Comparisons);
}
