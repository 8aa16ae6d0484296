using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Store;

/// <summary>Containers about whose start Docker asked, by their ids; the newest only.</summary>
public static class StartedTable
{
    private const int Kept = 100_000;

    public static HashSet<string> Load(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT container FROM started");
        using var reader = command.ExecuteReader();
        var containers = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read())
            containers.Add(reader.GetString(0));
        return containers;
    }

    public static void Add(SqliteConnection connection, string container, DateTimeOffset time)
    {
        using var command = connection.Prepare("INSERT OR REPLACE INTO started (container, time) VALUES (@container, @time)", "@container", "@time");
        command.Set("@container", container).Set("@time", time).ExecuteNonQuery();
    }

    /// <summary>Deletes all but the newest.</summary>
    public static void Prune(SqliteConnection connection)
    {
        using var command = connection.Prepare(
            "DELETE FROM started WHERE container NOT IN (SELECT container FROM started ORDER BY time DESC LIMIT @kept)", "@kept");
        command.Set("@kept", Kept).ExecuteNonQuery();
    }
}
