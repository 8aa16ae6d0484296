using Bulwark.Images.Archives;
using Bulwark.Images.Databases;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Packages.Rpm;

/// <summary>rpm's database, in each of the forms that it has had: SQLite, rpm's own (SUSE), Berkeley DB (until RHEL 8).</summary>
public sealed class RpmDatabase : IFileAnalyser
{
    internal static readonly string[] Directories = ["var/lib/rpm/", "usr/lib/sysimage/rpm/", "usr/share/rpm/"];

    private const string Sqlite = "rpmdb.sqlite";
    private const string PendingSuffix = "-wal";
    private const string Ndb = "Packages.db";
    private const string Berkeley = "Packages";

    private const int LargestHeader = 64 << 20;

    public bool Wants(LayerFile file, ReadOnlySpan<byte> head) =>
        NameOf(file.Path) is Sqlite or Ndb or Berkeley || (NameOf(file.Path) == Sqlite + PendingSuffix && file.Size > 0);

    public void Read(LayerFile file, FileContent content, Layer layer)
    {
        if (file.Path.EndsWith(PendingSuffix, StringComparison.Ordinal))
        {
            layer.Doubts.Add(new(CannotTellKind.Packages, file.Path, "rpm's last changes are not yet in its database, and are not read"));
            return;
        }
        using var stream = content.Open();
        try
        {
            Read(file.Path, Headers(NameOf(file.Path), new PagedFile(stream)), layer);
        }
        catch (Exception e) when (e is ArchiveException or OverflowException)
        {
            // Half a list of packages is none to judge an image by.
            layer.Doubts.Add(new(CannotTellKind.Packages, file.Path, $"rpm's database is damaged: {e.Message}"));
        }
    }

    private static void Read(string path, IEnumerable<byte[]> headers, Layer layer)
    {
        var (packages, owned, contents) = (new List<Package>(), new List<PathKey>(), new List<PackageContent>());
        var characters = 0L;
        try
        {
            foreach (var bytes in headers)
            {
                // Berkeley DB keeps the highest number among the packages, as four bytes.
                if (bytes.Length <= 4)
                    continue;
                var header = new RpmHeader(bytes);
                if (header.Package() is { } package)
                {
                    InstalledPackages.Add(packages, package);
                    var files = new List<PackagedFile>();
                    foreach (var file in header.PackagedFiles())
                        InstalledPackages.Add(files, file, ref characters);
                    contents.Add(new(package.Name, [.. files]));
                }
                foreach (var each in header.Files())
                    InstalledPackages.Add(owned, each);
            }
        }
        finally
        {
            layer.Packages[path] = [.. packages];
            layer.OwnedPaths[path] = [.. owned];
            layer.PackagedFiles[path] = [.. contents];
        }
    }

    private static IEnumerable<byte[]> Headers(string name, PagedFile file) => name switch
    {
        Sqlite => new SqliteFile(file).Rows("Packages", LargestHeader).Select(row => row.Bytes(1).ToArray()),
        Ndb => new NdbFile(file).Values(LargestHeader),
        _ => new BerkeleyHash(file).Values(LargestHeader),
    };

    private static string NameOf(string path) =>
        Array.Find(Directories, directory => path.StartsWith(directory, StringComparison.Ordinal)) is { } found ? path[found.Length..] : "";
}
