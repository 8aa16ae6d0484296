using System.Collections.Immutable;
using Bulwark.Model;
using Bulwark.Server.Api.Contracts;
using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Store;

/// <summary>What happened, newest events only: how many is bounded.</summary>
public static class EventTable
{
    private const string Columns =
        "id, time, kind, verdict, reason, workload, container, direction, peer, address, port, executable, process_id, attempts, message, hint, " +
        "executable_origin, package, package_version";

    public static long LastId(SqliteConnection connection)
    {
        using var command = connection.Prepare("SELECT coalesce(max(id), 0) FROM events");
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Adds events and deletes all but the newest <paramref name="keep"/>.</summary>
    public static void Add(SqliteConnection connection, IReadOnlyCollection<EventReport> events, long keep)
    {
        if (events.Count == 0)
            return;
        using var command = connection.Prepare(
            $"""
            INSERT INTO events ({Columns}) VALUES (@id, @time, @kind, @verdict, @reason, @workload, @container, @direction, @peer, @address,
                @port, @executable, @process, @attempts, @message, @hint, @origin, @package, @packageVersion)
            """,
            "@id", "@time", "@kind", "@verdict", "@reason", "@workload", "@container", "@direction", "@peer", "@address", "@port",
            "@executable", "@process", "@attempts", "@message", "@hint", "@origin", "@package", "@packageVersion");
        var last = 0L;
        foreach (var e in events)
        {
            command.Set("@id", e.Id).Set("@time", e.Time).Set("@kind", e.Kind).SetNullable("@verdict", e.Verdict?.ToString())
                .Set("@reason", e.Reason).Set("@workload", e.Workload).Set("@container", e.Container).Set("@direction", e.Direction)
                .Set("@peer", e.Peer).Set("@address", e.Address).Set("@port", e.Port).Set("@executable", e.Executable)
                .Set("@process", e.ProcessId).Set("@attempts", e.Attempts).Set("@message", e.Message).Set("@hint", e.Hint)
                .Set("@origin", e.ExecutableOrigin).Set("@package", e.Package).Set("@packageVersion", e.PackageVersion)
                .ExecuteNonQuery();
            last = e.Id;
        }
        using var delete = connection.Prepare("DELETE FROM events WHERE id <= @newest", "@newest");
        delete.Set("@newest", last - keep).ExecuteNonQuery();
    }

    public static EventReport? Find(SqliteConnection connection, long id)
    {
        using var command = connection.Prepare($"SELECT {Columns} FROM events WHERE id = @id", "@id");
        using var reader = command.Set("@id", id).ExecuteReader();
        return reader.Read() ? Read(reader) : null;
    }

    /// <summary>The newest events that match, oldest first.</summary>
    public static ImmutableArray<EventReport> Newest(SqliteConnection connection, EventQuery query, int limit)
    {
        using var command = connection.Prepare(
            $"""
            SELECT {Columns} FROM events
            WHERE time >= @since AND (@verdict IS NULL OR verdict = @verdict) AND (@workload IS NULL OR workload = @workload)
            ORDER BY id DESC LIMIT @limit
            """,
            "@since", "@verdict", "@workload", "@limit");
        command.Set("@since", query.Since ?? DateTimeOffset.UnixEpoch).SetNullable("@verdict", query.Verdict?.ToString())
            .SetNullable("@workload", query.Workload).Set("@limit", limit);
        using var reader = command.ExecuteReader();
        var events = ImmutableArray.CreateBuilder<EventReport>();
        while (reader.Read())
            events.Add(Read(reader));
        events.Reverse();
        return events.ToImmutable();
    }

    private static EventReport Read(SqliteDataReader reader) => new(
        reader.GetInt64(0), reader.GetTime(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetEnum<Verdict>(3),
        reader.GetString(4), reader.GetString(5), reader.GetString(6), reader.GetString(7), reader.GetString(8), reader.GetString(9),
        reader.GetString(10), reader.GetString(11), reader.GetInt32(12), reader.GetInt64(13), reader.GetString(14), reader.GetString(15))
    {
        ExecutableOrigin = reader.GetString(16),
        Package = reader.GetString(17),
        PackageVersion = reader.GetString(18),
    };
}
