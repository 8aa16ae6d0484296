using Bulwark.Images.Archives;
using Bulwark.Images.Databases;

namespace Bulwark.Images.Jars;

/// <summary>
/// The database of trivy-java-db: <c>artifacts(id INTEGER PRIMARY KEY, group_id, artifact_id)</c> and <c>indices(artifact_id, version, sha1 BLOB,
/// archive_type)</c>, as its source has it (pkg/db/db.go, schema version 1).
/// </summary>
internal static class TrivyJavaDatabase
{
    private const int Sha1Bytes = 20;
    private const int LargestRow = 64 << 10;
    private const int MostArtifacts = 20_000_000;

    /// <summary>Their offsets are 31 bits in a table of JARs, and its texts need some room too.</summary>
    private const int MostJars = 60_000_000;

    public static ReadOnlySpan<byte> Mark => SqliteFile.Mark;

    /// <summary>Adds its JARs. What has an impossible name, version or digest is passed over.</summary>
    /// <exception cref="ArchiveException">It is damaged, or another database.</exception>
    public static void Read(FileStream stream, JarTableWriter writer, CancellationToken cancel)
    {
        var database = new SqliteFile(new PagedFile(stream));
        var (artifact, index) = (database.Columns("artifacts", "group_id", "artifact_id"), database.Columns("indices", "artifact_id", "version", "sha1"));
        var names = new Dictionary<long, uint>();
        foreach (var row in database.Rows("artifacts", LargestRow))
        {
            cancel.ThrowIfCancellationRequested();
            var group = row.Bytes(artifact[0]);
            var name = row.Bytes(artifact[1]);
            if (!JarTableFormat.IsPart(group) || !JarTableFormat.IsPart(name) || group.Length + 1 + name.Length > JarTableFormat.LongestText)
                continue;
            names[row.Id] = writer.Name([.. group, (byte)':', .. name]);
            if (names.Count > MostArtifacts)
                throw new ArchiveException($"it has more than {MostArtifacts} artifacts");
        }
        foreach (var row in database.Rows("indices", LargestRow))
        {
            cancel.ThrowIfCancellationRequested();
            var version = row.Bytes(index[1]);
            var sha1 = row.Bytes(index[2]);
            if (sha1.Length != Sha1Bytes || !JarTableFormat.IsText(version) || !names.TryGetValue(row.Integer(index[0]), out var package))
                continue;
            writer.Add(sha1, package, version);
            if (writer.Count > MostJars)
                throw new ArchiveException($"it has more than {MostJars} JARs");
        }
    }
}
