using System.Collections.Immutable;
using Bulwark.Model;
using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Store;

/// <summary>Identities of services outside: names and ranges.</summary>
public static class IdentityTable
{
    public static ImmutableArray<(Identity Identity, Peer Peer, DateTimeOffset? Seen)> Load(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT identity, peer, seen FROM identities ORDER BY identity");
        using var reader = command.ExecuteReader();
        var identities = ImmutableArray.CreateBuilder<(Identity, Peer, DateTimeOffset?)>();
        while (reader.Read())
        {
            if (!Peer.TryParse(reader.GetString(1), out var peer))
                throw new StoreException($"The database has the unknown peer \"{reader.GetString(1)}\".");
            identities.Add((new((uint)reader.GetInt64(0)), peer, reader.IsDBNull(2) ? null : reader.GetTime(2)));
        }
        return identities.ToImmutable();
    }

    /// <summary>Keeps a pair; what either of both was paired with before is forgotten.</summary>
    public static void Save(SqliteConnection connection, Identity identity, Peer peer, DateTimeOffset seen)
    {
        using var command = connection.Prepare(
            "INSERT OR REPLACE INTO identities (identity, peer, seen) VALUES (@identity, @peer, @seen)", "@identity", "@peer", "@seen");
        command.Set("@identity", identity.Value).Set("@peer", peer.ToString()).Set("@seen", seen).ExecuteNonQuery();
    }

    public static void SaveSeen(SqliteConnection connection, Identity identity, DateTimeOffset seen)
    {
        using var command = connection.Prepare("UPDATE identities SET seen = @seen WHERE identity = @identity", "@identity", "@seen");
        command.Set("@identity", identity.Value).Set("@seen", seen).ExecuteNonQuery();
    }

    public static void Delete(SqliteConnection connection, Identity identity)
    {
        using var command = connection.Prepare("DELETE FROM identities WHERE identity = @identity", "@identity");
        command.Set("@identity", identity.Value).ExecuteNonQuery();
    }
}
