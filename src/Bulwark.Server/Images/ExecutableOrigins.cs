using System.Collections.Concurrent;
using Bulwark.Images.Gate;
using Bulwark.Images.Running;
using Bulwark.Model.Executables;
using Bulwark.Model.Workloads;
using Bulwark.Server.Store;
using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Images;

/// <summary>Says where executables of containers are from, by the scans of their images. For any thread.</summary>
internal sealed class ExecutableOrigins(Database database, ImageScans images)
{
    private const int MostKnown = 8192;

    // What Docker itself puts into a container with --init.
    private static readonly string[] s_docker = ["/sbin/docker-init", "/dev/init"];

    private readonly ConcurrentDictionary<(string Image, string Path), (ScannedImage Scan, ExecutableOrigin Origin)> _known = new();

    private readonly ChangedFiles _changed = new();

    /// <summary>Whether images are scanned at all.</summary>
    public bool AreTold => images.IsOn;

    /// <summary>Whether the container's image was scanned, so that nothing more will be known of it soon.</summary>
    public bool IsScanned(Container container) => images.Find(container.ImageDigest) is not null;

    public ExecutableOrigin Find(Container container, string path)
    {
        // What starts with something else is the end of a longer path.
        if (!path.StartsWith('/') || s_docker.Contains(path) || images.Find(container.ImageDigest) is not { Error.Length: 0 } scan)
            return ExecutableOrigin.Unknown;
        if (container.Mounts?.Any(mount => IsBelow(path, mount)) is true)
            return new(OriginKind.Volume, "", "");
        var origin = OfImage(scan, path);
        if (origin.Kind is OriginKind.Package or OriginKind.Image && container.Root is { } root && _changed.Contain(container.Id, root, path))
            return new(OriginKind.Changed, "", "");
        // Of a container whose mounts are not known yet it may be in one of them.
        return origin.IsDrift && container.Mounts is null ? ExecutableOrigin.Unknown : origin;
    }

    private ExecutableOrigin OfImage(ScannedImage scan, string path)
    {
        if (_known.TryGetValue((scan.Id, path), out var known) && ReferenceEquals(known.Scan, scan))
            return known.Origin;
        ExecutableOrigin origin;
        try
        {
            origin = database.Read(connection => ExecutableTable.Find(connection, scan.Id, path)) switch
            {
                null => scan.KnowsExecutables ? new(OriginKind.Drift, "", "") : ExecutableOrigin.Unknown,
                { Package.Length: 0 } => new(OriginKind.Image, "", ""),
                { } file => new(OriginKind.Package, file.Package, file.Version),
            };
        }
        catch (SqliteException)
        {
            return ExecutableOrigin.Unknown;
        }
        if (_known.Count >= MostKnown)
            _known.Clear();
        _known[(scan.Id, path)] = (scan, origin);
        return origin;
    }

    private static bool IsBelow(string path, string mount) =>
        mount.Length > 1 && path.StartsWith(mount, StringComparison.Ordinal) && (path.Length == mount.Length || mount.EndsWith('/') || path[mount.Length] == '/');
}
