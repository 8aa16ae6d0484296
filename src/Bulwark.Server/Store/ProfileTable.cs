using System.Collections.Immutable;
using System.Text.Json;
using Bulwark.Model;
using Bulwark.Model.Privileges;
using Bulwark.Model.Profiles;
using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Store;

/// <summary>Profiles and their entries.</summary>
public static class ProfileTable
{
    private const string KeyColumns = "workload, direction, peer, port";
    private const string ValueColumns =
        "origin, first_seen, last_seen, connections, bytes_sent, bytes_received, sightings, executables, protocol, server_names, " +
        "sightings_at_last_executable, has_unknown_executables, only_executables, lowest_data_port, highest_data_port, " +
        "data_connections";

    /// <summary>Every profile by the identity of its workload, whose names are in <paramref name="names"/>.</summary>
    public static ImmutableDictionary<Identity, Profile> Load(SqliteConnection connection, IReadOnlyDictionary<Identity, string> names)
    {
        var entries = LoadEntries(connection);
        var privileges = PrivilegeTable.Load(connection);
        var drifted = DriftTable.Load(connection);
        using var command = connection.Prepare("SELECT workload, mode, pinned, mode_since, learning FROM profiles");
        using var reader = command.ExecuteReader();
        var profiles = ImmutableDictionary.CreateBuilder<Identity, Profile>();
        while (reader.Read())
        {
            var workload = new Identity((uint)reader.GetInt64(0));
            profiles[workload] = new Profile(names[workload])
            {
                Mode = reader.GetEnum<Mode>(1),
                ModeIsPinned = reader.GetInt64(2) != 0,
                ModeSince = reader.GetTime(3),
                Privileges = privileges.GetValueOrDefault(workload, ImmutableSortedDictionary<Privilege, PrivilegeEntry>.Empty),
                Drifted = drifted[workload].ToImmutableSortedSet(StringComparer.Ordinal),
                Learning = JsonSerializer.Deserialize(reader.GetString(4), StoreJson.Default.LearningProgress) ?? new(),
                Entries = entries.TryGetValue(workload, out var own)
                    ? own.ToImmutableDictionary(e => e.Key)
                    : ImmutableDictionary<ProfileKey, ProfileEntry>.Empty,
            };
        }
        return profiles.ToImmutable();
    }

    /// <summary>Writes what differs between <paramref name="saved"/>, as it is in the database (null: not there), and the profile.</summary>
    public static void Save(SqliteConnection connection, Identity workload, Profile profile, Profile? saved)
    {
        using (var command = connection.Prepare(
            """
            INSERT OR REPLACE INTO profiles (workload, mode, pinned, mode_since, learning)
            VALUES (@workload, @mode, @pinned, @since, @learning)
            """,
            "@workload", "@mode", "@pinned", "@since", "@learning"))
        {
            command.Set("@workload", workload.Value).Set("@mode", profile.Mode).Set("@pinned", profile.ModeIsPinned ? 1 : 0)
                .Set("@since", profile.ModeSince)
                .Set("@learning", JsonSerializer.Serialize(profile.Learning, StoreJson.Default.LearningProgress))
                .ExecuteNonQuery();
        }
        if (!ReferenceEquals(saved?.Privileges, profile.Privileges))
            PrivilegeTable.Save(connection, workload, profile.Privileges.Values);
        if (!ReferenceEquals(saved?.Drifted, profile.Drifted))
            DriftTable.Save(connection, workload, profile.Drifted);
        var before = saved?.Entries ?? ImmutableDictionary<ProfileKey, ProfileEntry>.Empty;
        if (ReferenceEquals(before, profile.Entries))
            return;
        SaveEntries(connection, workload, profile.Entries.Values.Where(e => !ReferenceEquals(before.GetValueOrDefault(e.Key), e)));
        DeleteEntries(connection, workload, before.Keys.Where(k => !profile.Entries.ContainsKey(k)));
    }

    private static Dictionary<Identity, List<ProfileEntry>> LoadEntries(SqliteConnection connection)
    {
        using var command = connection.Prepare($"SELECT {KeyColumns}, {ValueColumns} FROM entries");
        using var reader = command.ExecuteReader();
        var entries = new Dictionary<Identity, List<ProfileEntry>>();
        while (reader.Read())
        {
            if (!Peer.TryParse(reader.GetString(2), out var peer) || !ServerPort.TryParse(reader.GetString(3), out var port))
                throw new StoreException($"The database has the unknown conversation \"{reader.GetString(2)} {reader.GetString(3)}\".");
            var entry = new ProfileEntry(new(reader.GetEnum<Direction>(1), peer, port), reader.GetEnum<EntryOrigin>(4))
            {
                FirstSeen = reader.GetTime(5),
                LastSeen = reader.GetTime(6),
                Connections = reader.GetInt64(7),
                BytesSent = reader.GetInt64(8),
                BytesReceived = reader.GetInt64(9),
                Sightings = reader.GetInt64(10),
                Executables = reader.GetStrings(11).ToImmutableSortedSet(StringComparer.Ordinal),
                Protocol = reader.GetString(12),
                ServerNames = reader.GetStrings(13).ToImmutableSortedSet(StringComparer.Ordinal),
                SightingsAtLastExecutable = reader.GetInt64(14),
                HasUnknownExecutables = reader.GetInt64(15) != 0,
                OnlyExecutables = reader.GetInt64(16) != 0,
                DataPorts = reader.GetInt64(19) > 0 ? new((ushort)reader.GetInt64(17), (ushort)reader.GetInt64(18), reader.GetInt64(19)) : null,
            };
            var workload = new Identity((uint)reader.GetInt64(0));
            if (!entries.TryGetValue(workload, out var own))
                entries[workload] = own = [];
            own.Add(entry);
        }
        return entries;
    }

    private static void SaveEntries(SqliteConnection connection, Identity workload, IEnumerable<ProfileEntry> entries)
    {
        using var command = connection.Prepare(
            $"""
            INSERT OR REPLACE INTO entries ({KeyColumns}, {ValueColumns})
            VALUES (@workload, @direction, @peer, @port, @origin, @first, @last, @connections, @sent, @received, @sightings,
                @executables, @protocol, @serverNames, @atLastExecutable, @unknownExecutables, @onlyExecutables, @lowestDataPort, @highestDataPort,
                @dataConnections)
            """,
            "@workload", "@direction", "@peer", "@port", "@origin", "@first", "@last", "@connections", "@sent", "@received",
            "@sightings", "@executables", "@protocol", "@serverNames", "@atLastExecutable", "@unknownExecutables", "@onlyExecutables",
            "@lowestDataPort", "@highestDataPort", "@dataConnections");
        foreach (var entry in entries)
        {
            SetKey(command, workload, entry.Key).Set("@origin", entry.Origin).Set("@first", entry.FirstSeen).Set("@last", entry.LastSeen)
                .Set("@connections", entry.Connections).Set("@sent", entry.BytesSent).Set("@received", entry.BytesReceived)
                .Set("@sightings", entry.Sightings).Set("@executables", entry.Executables).Set("@protocol", entry.Protocol)
                .Set("@serverNames", entry.ServerNames).Set("@atLastExecutable", entry.SightingsAtLastExecutable)
                .Set("@unknownExecutables", entry.HasUnknownExecutables ? 1 : 0).Set("@onlyExecutables", entry.OnlyExecutables ? 1 : 0)
                .Set("@lowestDataPort", entry.DataPorts?.Lowest ?? 0).Set("@highestDataPort", entry.DataPorts?.Highest ?? 0)
                .Set("@dataConnections", entry.DataPorts?.Connections ?? 0)
                .ExecuteNonQuery();
        }
    }

    private static void DeleteEntries(SqliteConnection connection, Identity workload, IEnumerable<ProfileKey> keys)
    {
        using var command = connection.Prepare(
            "DELETE FROM entries WHERE workload = @workload AND direction = @direction AND peer = @peer AND port = @port",
            "@workload", "@direction", "@peer", "@port");
        foreach (var key in keys)
            SetKey(command, workload, key).ExecuteNonQuery();
    }

    private static SqliteCommand SetKey(SqliteCommand command, Identity workload, ProfileKey key) =>
        command.Set("@workload", workload.Value).Set("@direction", key.Direction).Set("@peer", key.Peer.ToString())
            .Set("@port", key.Port.ToString());
}
