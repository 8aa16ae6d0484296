using System.Collections.Immutable;
using Bulwark.Model;
using Bulwark.Model.Profiles;
using Bulwark.Model.Workloads;
using Bulwark.Server.Configuration;
using Bulwark.Server.Store;

namespace Bulwark.Server.Engine;

/// <summary>
/// The state that the engine's loop works on, and what of it must still be stored. Only the loop touches it, but for
/// <see cref="Published"/>, which anyone may read.
/// </summary>
internal sealed class StateWriter
{
    private readonly Database _database;
    private readonly HashSet<Identity> _dirty = [];
    private readonly Dictionary<Identity, Profile> _stored = [];
    private readonly Dictionary<ActivityKey, long> _activity = [];
    private Mode? _storedModeOfNew;
    private ServerState _published;

    public StateWriter(Database database, ServerOptions options, DateTimeOffset now)
    {
        _database = database;
        var (workloads, profiles, identities, modeOfNew) = database.Read(connection =>
        {
            var stored = WorkloadTable.Load(connection);
            var names = stored.ToDictionary(w => w.Workload.Identity, w => w.Workload.Name);
            return (stored, ProfileTable.Load(connection, names), IdentityTable.Load(connection), SettingTable.LoadModeOfNew(connection));
        });
        Directory = new(database, workloads.Select(w => w.Workload));
        Outside = new(identities, now);
        Events = new(database, options.Events);
        foreach (var (identity, profile) in profiles)
            _stored[identity] = profile;
        Current = new()
        {
            StartedAt = now,
            ModeOfNew = modeOfNew,
            Workloads = workloads.ToImmutableDictionary(w => w.Workload.Identity, w =>
                new WorkloadState(w.Workload, profiles.GetValueOrDefault(w.Workload.Identity) ?? NewProfile(w.Workload, modeOfNew, now))
                {
                    Blocked = w.Blocked,
                    WouldBlock = w.WouldBlock,
                }),
        };
        _storedModeOfNew = modeOfNew;
        _published = Current;
    }

    public WorkloadDirectory Directory { get; }

    public OutsideRegistry Outside { get; }

    public EventLog Events { get; }

    /// <summary>What the loop works on.</summary>
    public ServerState Current { get; set; }

    /// <summary>What readers see.</summary>
    public ServerState Published => Volatile.Read(ref _published);

    /// <summary>The workload's state, made when it is seen for the first time; null if nobody knows the identity.</summary>
    public WorkloadState? Find(Identity identity, DateTimeOffset now, out bool isNew)
    {
        isNew = false;
        if (Current.Workloads.TryGetValue(identity, out var known))
            return known;
        if (Directory.Find(identity) is not { } workload)
            return null;
        isNew = true;
        var state = new WorkloadState(workload, NewProfile(workload, Current.ModeOfNew, now));
        Put(state);
        return state;
    }

    public void Put(WorkloadState state)
    {
        Current = Current with { Workloads = Current.Workloads.SetItem(state.Workload.Identity, state) };
        _dirty.Add(state.Workload.Identity);
    }

    public void CountActivity(Identity workload, ProfileKey key, DateTimeOffset time, long connections)
    {
        var bucket = new ActivityKey(workload, key, ActivityTable.Bucket(time));
        _activity[bucket] = _activity.GetValueOrDefault(bucket) + connections;
    }

    /// <summary>Identities must be stored before the kernel hears of them.</summary>
    public void SaveIdentities()
    {
        if (!Outside.HasUnsaved)
            return;
        _database.Write(Outside.Save);
        Outside.Saved();
    }

    /// <summary>Forgets services outside; their numbers stay unused while the server runs.</summary>
    public void ForgetIdentities(IReadOnlyCollection<Peer> peers)
    {
        if (peers.Count == 0)
            return;
        var identities = peers.Select(p => Outside.Remove(p)).OfType<Identity>().ToList();
        Current = Current with { Addresses = Current.Addresses.RemoveRange(peers) };
        _database.Write(connection =>
        {
            foreach (var identity in identities)
                IdentityTable.Delete(connection, identity);
        });
    }

    /// <summary>Shows or no longer shows a warning.</summary>
    public void Warn(string warning, bool on)
    {
        if (Current.Warnings.Contains(warning) != on)
            Current = Current with { Warnings = on ? Current.Warnings.Add(warning) : Current.Warnings.Remove(warning) };
    }

    /// <summary>Stores everything that changed, in one transaction.</summary>
    public void Save()
    {
        var modeOfNew = Current.ModeOfNew;
        if (_dirty.Count == 0 && _activity.Count == 0 && !Events.HasPending && !Outside.HasUnsaved && modeOfNew == _storedModeOfNew)
            return;
        ImmutableList<Api.Contracts.EventReport> events = [];
        _database.Write(connection =>
        {
            Outside.Save(connection);
            foreach (var identity in _dirty)
            {
                var state = Current.Workloads[identity];
                ProfileTable.Save(connection, identity, state.Profile, _stored.GetValueOrDefault(identity));
                WorkloadTable.SaveCounts(connection, identity, state.Blocked, state.WouldBlock);
            }
            if (modeOfNew != _storedModeOfNew)
                SettingTable.SaveModeOfNew(connection, modeOfNew);
            ActivityTable.Add(connection, _activity);
            events = Events.Save(connection);
        });
        foreach (var identity in _dirty)
            _stored[identity] = Current.Workloads[identity].Profile;
        _dirty.Clear();
        _activity.Clear();
        _storedModeOfNew = modeOfNew;
        Outside.Saved();
        Events.Saved(events);
    }

    /// <summary>Stores when services outside were last seen, and makes old activity smaller or deletes it.</summary>
    public void Compact(DateTimeOffset now, TimeSpan keepActivity)
    {
        _database.Write(connection =>
        {
            Outside.SaveSeen(connection);
            ActivityTable.Compact(connection, now, keepActivity);
        });
        Outside.SeenSaved();
    }

    /// <summary>Shows the state to readers.</summary>
    public void Publish() => Volatile.Write(ref _published, Current);

    private static Profile NewProfile(Workload workload, Mode? mode, DateTimeOffset now) => new(workload.Name)
    {
        Mode = mode ?? Mode.Learn,
        ModeIsPinned = mode is not null,
        ModeSince = now,
    };
}
