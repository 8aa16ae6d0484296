using Bulwark.Images.Archives;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Sources;

/// <summary>
/// A root file system that lies unpacked in a directory. Links are noted, never followed, and other file systems mounted in it
/// (<c>/proc</c>, volumes) are left out, as they are none of the image.
/// </summary>
public sealed class DirectorySource(string root) : IImageSource
{
    public Task<Image> ReadAsync(LayerReading reading, CancellationToken cancel) => Task.Run(
        () =>
        {
            if (HostFileStatus.Of(root) is not { Kind: TarEntryKind.Directory } status)
                throw new ImageException($"cannot read {root}", "it is no directory");
            var builder = new LayerBuilder(reading);
            AddChildren(builder, root, "", status.Device, reading.Limits, cancel);
            return new Image(root, "", null, [builder.Finish()]) { Origin = "directory" };
        }, cancel);

    private static void AddChildren(
        LayerBuilder builder, string directory, string path, ulong device, ArchiveLimits limits, CancellationToken cancel)
    {
        IEnumerable<string> children;
        try
        {
            children = Directory.EnumerateFileSystemEntries(directory).Order(StringComparer.Ordinal).ToList();
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            builder.Doubt(CannotTellKind.File, path, e is UnauthorizedAccessException ? "the directory may not be read" : e.Message);
            return;
        }
        foreach (var child in children)
        {
            cancel.ThrowIfCancellationRequested();
            if (builder.Entries >= limits.Entries)
                throw new ImageException($"cannot read {directory}", $"it has more than {limits.Entries} files");
            var childPath = path.Length == 0 ? Path.GetFileName(child) : $"{path}/{Path.GetFileName(child)}";
            if (HostFileStatus.Of(child) is not { } status || status.Device != device)
                continue;
            Add(builder, child, childPath, status);
            if (status.Kind == TarEntryKind.Directory)
                AddChildren(builder, child, childPath, device, limits, cancel);
        }
    }

    private static void Add(LayerBuilder builder, string file, string path, HostFileStatus status)
    {
        var isLink = status.Kind == TarEntryKind.SymbolicLink;
        try
        {
            using var content = status.Kind == TarEntryKind.File ? HostFile.Open(file) : null;
            // Whatever it was a moment ago, what counts is the file that is open now.
            var size = content?.Length ?? 0;
            builder.Add(
                new(path, status.Kind, status.Mode, status.Uid, status.Gid, size, isLink ? new FileInfo(file).LinkTarget ?? "" : "", 0),
                content ?? Stream.Null);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            builder.Doubt(CannotTellKind.File, path, e is UnauthorizedAccessException ? "it may not be read" : e.Message);
        }
    }
}
