using Microsoft.Data.Sqlite;

namespace Bulwark.Images.Tests.Harness;

/// <summary>A database of the schema that trivy-java-db documents, made by SQLite itself.</summary>
internal static class JavaDatabase
{
    public const string Name = "trivy-java.db";

    public static string Write(TemporaryDirectory directory, params IEnumerable<(string Group, string Artifact, string Version, byte[] Sha1)> jars)
    {
        var path = Path.Combine(directory.Path, Name);
        File.Delete(path);
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        Run(connection, "CREATE TABLE artifacts(id INTEGER PRIMARY KEY, group_id TEXT, artifact_id TEXT)");
        Run(connection, "CREATE TABLE indices(artifact_id INTEGER, version TEXT, sha1 BLOB, archive_type TEXT, foreign key (artifact_id) references artifacts(id))");
        Run(connection, "CREATE UNIQUE INDEX artifacts_idx ON artifacts(artifact_id, group_id)");
        Run(connection, "CREATE INDEX indices_artifact_idx ON indices(artifact_id)");
        Run(connection, "CREATE UNIQUE INDEX indices_sha1_idx ON indices(sha1)");
        using (var transaction = connection.BeginTransaction())
        {
            foreach (var (group, artifact, version, sha1) in jars)
            {
                Run(connection, "INSERT OR IGNORE INTO artifacts(group_id, artifact_id) VALUES ($1, $2)", group, artifact);
                Run(connection, "INSERT INTO indices(artifact_id, version, sha1, archive_type) VALUES ((SELECT id FROM artifacts WHERE group_id=$1 AND artifact_id=$2), $3, $4, 'jar')",
                    group, artifact, version, sha1);
            }
            transaction.Commit();
        }
        Run(connection, "VACUUM");
        return path;
    }

    private static void Run(SqliteConnection connection, string statement, params object[] values)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // All of them stand above.
        command.CommandText = statement;
#pragma warning restore CA2100
        for (var index = 0; index < values.Length; index++)
            command.Parameters.AddWithValue($"${index + 1}", values[index]);
        command.ExecuteNonQuery();
    }
}
