using System.Collections.Immutable;
using System.Threading.Channels;
using Bulwark.Server.Api.Contracts;
using Bulwark.Server.Store;

namespace Bulwark.Server.Engine;

/// <summary>
/// What happened: events that wait to be stored, the stored ones, and those who follow. The engine's loop appends; anyone reads.
/// </summary>
public sealed class EventLog
{
    // When the disk is full, memory must not fill as well.
    private const int MaximumPending = 50_000;

    private readonly Lock _lock = new();
    private readonly Database _database;
    private readonly long _keep;
    private ImmutableList<EventReport> _pending = [];
    private ImmutableArray<ChannelWriter<EventReport>> _followers = [];
    private long _lastId;

    public EventLog(Database database, long keep)
    {
        _database = database;
        _keep = keep;
        _lastId = database.Read(EventTable.LastId);
    }

    /// <summary>Events dropped because they could not be stored.</summary>
    public long Dropped { get; private set; }

    public bool HasPending => !_pending.IsEmpty;

    /// <summary>Gives the event its id and tells those who follow.</summary>
    public EventReport Append(EventReport report)
    {
        lock (_lock)
        {
            report = report with { Id = ++_lastId };
            if (_pending.Count >= MaximumPending)
            {
                _pending = _pending.RemoveAt(0);
                Dropped++;
            }
            _pending = _pending.Add(report);
            foreach (var follower in _followers)
                follower.TryWrite(report);
            return report;
        }
    }

    /// <summary>The newest events that match, oldest first.</summary>
    public ImmutableArray<EventReport> Newest(EventQuery query, int limit)
    {
        // Taken before the stored ones are read: an event may be in both then, but never in none.
        var pending = _pending;
        var stored = _database.Read(connection => EventTable.Newest(connection, query, limit));
        var last = stored.IsEmpty ? 0 : stored[^1].Id;
        return [.. stored.Concat(pending.Where(e => e.Id > last && query.Matches(e))).TakeLast(limit)];
    }

    public EventReport? Find(long id) =>
        _pending.FirstOrDefault(e => e.Id == id) ?? _database.Read(connection => EventTable.Find(connection, id));

    /// <summary>
    /// Events from now on. A reader that is too slow loses the oldest of those that wait for it, which shows as a gap in the ids.
    /// </summary>
    public IDisposable Follow(int buffer, out ChannelReader<EventReport> events)
    {
        var channel = Channel.CreateBounded<EventReport>(new BoundedChannelOptions(buffer) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_lock)
            _followers = _followers.Add(channel.Writer);
        events = channel.Reader;
        return new Following(this, channel.Writer);
    }

    /// <summary>Ends every following: the server stops.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            foreach (var follower in _followers)
                follower.TryComplete();
        }
    }

    /// <summary>The events to store in the transaction at hand; call <see cref="Saved"/> with them when it is through.</summary>
    internal ImmutableList<EventReport> Save(Microsoft.Data.Sqlite.SqliteConnection connection)
    {
        var pending = _pending;
        EventTable.Add(connection, pending, _keep);
        return pending;
    }

    internal void Saved(ImmutableList<EventReport> saved)
    {
        if (saved.IsEmpty)
            return;
        lock (_lock)
            _pending = _pending.RemoveAll(e => e.Id <= saved[^1].Id);
    }

    private sealed class Following(EventLog log, ChannelWriter<EventReport> writer) : IDisposable
    {
        public void Dispose()
        {
            lock (log._lock)
                log._followers = log._followers.Remove(writer);
            writer.TryComplete();
        }
    }
}
