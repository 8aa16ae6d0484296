using System.Collections.Immutable;
using Bulwark.Model;
using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Store;

/// <summary>Executables that workloads ran although their images have none there; a profile has few.</summary>
public static class DriftTable
{
    public static ILookup<Identity, string> Load(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT workload, path FROM drifted");
        using var reader = command.ExecuteReader();
        var drifted = new List<(Identity Workload, string Path)>();
        while (reader.Read())
            drifted.Add((new((uint)reader.GetInt64(0)), reader.GetString(1)));
        return drifted.ToLookup(item => item.Workload, item => item.Path);
    }

    /// <summary>Writes all of a workload, in place of those that it had.</summary>
    public static void Save(SqliteConnection connection, Identity workload, ImmutableSortedSet<string> paths)
    {
        using var delete = connection.Prepare("DELETE FROM drifted WHERE workload = @workload", "@workload");
        delete.Set("@workload", workload.Value).ExecuteNonQuery();
        using var command = connection.Prepare("INSERT INTO drifted (workload, path) VALUES (@workload, @path)", "@workload", "@path");
        foreach (var path in paths)
            command.Set("@workload", workload.Value).Set("@path", path).ExecuteNonQuery();
    }
}
