using System.Collections.Immutable;
using Bulwark.Model;
using Bulwark.Model.Profiles;
using Microsoft.Data.Sqlite;

namespace Bulwark.Server.Store;

/// <summary>
/// How often each conversation was opened over time, for simulation: by the minute for the last day, by the hour before.
/// </summary>
public static class ActivityTable
{
    private const long HourMilliseconds = 3_600_000;

    /// <summary>The start of the bucket that a time falls into.</summary>
    public static DateTimeOffset Bucket(DateTimeOffset time)
    {
        var utc = time.ToUniversalTime();
        return utc.AddTicks(-(utc.Ticks % TimeSpan.TicksPerMinute));
    }

    /// <summary>Adds connections to buckets.</summary>
    public static void Add(SqliteConnection connection, IReadOnlyDictionary<ActivityKey, long> connections)
    {
        using var command = connection.Prepare(
            """
            INSERT INTO activity (workload, direction, peer, port, bucket, connections)
            VALUES (@workload, @direction, @peer, @port, @bucket, @connections)
            ON CONFLICT DO UPDATE SET connections = connections + excluded.connections
            """,
            "@workload", "@direction", "@peer", "@port", "@bucket", "@connections");
        foreach (var (key, count) in connections)
        {
            command.Set("@workload", key.Workload.Value).Set("@direction", key.Conversation.Direction)
                .Set("@peer", key.Conversation.Peer.ToString()).Set("@port", key.Conversation.Port.ToString())
                .Set("@bucket", key.Bucket).Set("@connections", count).ExecuteNonQuery();
        }
    }

    /// <summary>All buckets that start in the span, of one workload or of all, oldest first.</summary>
    public static ImmutableArray<(ActivityKey Key, long Connections)> Load(
        SqliteConnection connection, DateTimeOffset since, DateTimeOffset until, Identity? workload)
    {
        using var command = connection.Prepare(
            """
            SELECT workload, direction, peer, port, bucket, connections FROM activity
            WHERE bucket >= @since AND bucket < @until AND (@workload = 0 OR workload = @workload) ORDER BY bucket
            """,
            "@since", "@until", "@workload");
        using var reader = command.Set("@since", since).Set("@until", until).Set("@workload", workload?.Value ?? 0).ExecuteReader();
        var activity = ImmutableArray.CreateBuilder<(ActivityKey, long)>();
        while (reader.Read())
        {
            if (!Peer.TryParse(reader.GetString(2), out var peer) || !ServerPort.TryParse(reader.GetString(3), out var port))
                throw new StoreException($"The database has the unknown conversation \"{reader.GetString(2)} {reader.GetString(3)}\".");
            var key = new ProfileKey(reader.GetEnum<Direction>(1), peer, port);
            activity.Add((new(new((uint)reader.GetInt64(0)), key, reader.GetTime(4)), reader.GetInt64(5)));
        }
        return activity.ToImmutable();
    }

    /// <summary>Joins the minutes of hours that ended a day ago into their hour, and deletes what is older than <paramref name="keep"/>.</summary>
    public static void Compact(SqliteConnection connection, DateTimeOffset now, TimeSpan keep)
    {
        using (var delete = connection.Prepare("DELETE FROM activity WHERE bucket < @oldest", "@oldest"))
            delete.Set("@oldest", now - keep).ExecuteNonQuery();
        var dayAgo = now.AddDays(-1).ToUnixTimeMilliseconds();
        var end = dayAgo - dayAgo % HourMilliseconds;
        using (var join = connection.Prepare(
            """
            INSERT OR REPLACE INTO activity (workload, direction, peer, port, bucket, connections)
            SELECT workload, direction, peer, port, bucket - bucket % @hour, sum(connections) FROM activity
            WHERE bucket < @end GROUP BY workload, direction, peer, port, bucket - bucket % @hour
            """,
            "@hour", "@end"))
            join.Set("@hour", HourMilliseconds).Set("@end", end).ExecuteNonQuery();
        using var minutes = connection.Prepare("DELETE FROM activity WHERE bucket < @end AND bucket % @hour <> 0", "@hour", "@end");
        minutes.Set("@hour", HourMilliseconds).Set("@end", end).ExecuteNonQuery();
    }
}
