using System.Collections.Immutable;
using Bulwark.Model;
using Bulwark.Model.Privileges;
using Bulwark.Model.Profiles;
using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Store;

/// <summary>The privileges in profiles; a profile has few.</summary>
public static class PrivilegeTable
{
    public static Dictionary<Identity, ImmutableSortedDictionary<Privilege, PrivilegeEntry>> Load(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT workload, privilege, origin, first_seen, last_seen FROM privileges");
        using var reader = command.ExecuteReader();
        var entries = new List<(Identity Workload, PrivilegeEntry Entry)>();
        while (reader.Read())
        {
            if (!Privilege.TryParse(reader.GetString(1), out var privilege))
                throw new StoreException($"The database has the unknown privilege \"{reader.GetString(1)}\".");
            entries.Add((new((uint)reader.GetInt64(0)), new(privilege, reader.GetEnum<EntryOrigin>(2), reader.GetTime(3), reader.GetTime(4))));
        }
        return entries.GroupBy(item => item.Workload)
            .ToDictionary(group => group.Key, group => group.ToImmutableSortedDictionary(item => item.Entry.Privilege, item => item.Entry));
    }

    /// <summary>Writes all privileges of a workload, in place of those that it had.</summary>
    public static void Save(SqliteConnection connection, Identity workload, IEnumerable<PrivilegeEntry> entries)
    {
        using var delete = connection.Prepare("DELETE FROM privileges WHERE workload = @workload", "@workload");
        delete.Set("@workload", workload.Value).ExecuteNonQuery();
        using var command = connection.Prepare(
            "INSERT INTO privileges (workload, privilege, origin, first_seen, last_seen) VALUES (@workload, @privilege, @origin, @first, @last)",
            "@workload", "@privilege", "@origin", "@first", "@last");
        foreach (var entry in entries)
        {
            command.Set("@workload", workload.Value).Set("@privilege", entry.Privilege.ToString()).Set("@origin", entry.Origin)
                .Set("@first", entry.FirstSeen).Set("@last", entry.LastSeen).ExecuteNonQuery();
        }
    }
}
