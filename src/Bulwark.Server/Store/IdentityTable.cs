using System.Collections.Immutable;
using Bulwark.Model;
using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Store;

/// <summary>Identities of services outside: names and ranges.</summary>
public static class IdentityTable
{
    public static ImmutableArray<(Identity Identity, Peer Peer)> Load(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT identity, peer FROM identities ORDER BY identity");
        using var reader = command.ExecuteReader();
        var identities = ImmutableArray.CreateBuilder<(Identity, Peer)>();
        while (reader.Read())
        {
            if (!Peer.TryParse(reader.GetString(1), out var peer))
                throw new StoreException($"The database has the unknown peer \"{reader.GetString(1)}\".");
            identities.Add((new((uint)reader.GetInt64(0)), peer));
        }
        return identities.ToImmutable();
    }

    /// <summary>Keeps a pair; what either of both was paired with before is forgotten.</summary>
    public static void Save(SqliteConnection connection, Identity identity, Peer peer)
    {
        using var command = connection.Prepare(
            "INSERT OR REPLACE INTO identities (identity, peer) VALUES (@identity, @peer)", "@identity", "@peer");
        command.Set("@identity", identity.Value).Set("@peer", peer.ToString()).ExecuteNonQuery();
    }

    public static void Delete(SqliteConnection connection, Identity identity)
    {
        using var command = connection.Prepare("DELETE FROM identities WHERE identity = @identity", "@identity");
        command.Set("@identity", identity.Value).ExecuteNonQuery();
    }
}
