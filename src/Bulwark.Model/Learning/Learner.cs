using System.Collections.Immutable;
using Bulwark.Model.Profiles;
using Bulwark.Model.Protocols;

namespace Bulwark.Model.Learning;

/// <summary>Folds what is observed of a workload into its profile.</summary>
/// <remarks>
/// Only what is allowed counts as evidence: sightings of refused conversations would let a port scan drown what was learnt. So
/// <see cref="LearningProgress.Sightings"/> is always the sum of the entries' <see cref="ProfileEntry.Sightings"/>.
/// </remarks>
public static class Learner
{
    /// <summary>How many executables and server names an entry keeps.</summary>
    public const int MaximumNames = 16;

    /// <summary>How many refused conversations a profile remembers; a scan must not make it grow without end. Events tell of the rest.</summary>
    public const int MaximumRefused = 1024;

    /// <summary>
    /// A conversation was opened or answered. In learn it becomes or stays part of the profile, also when it was refused before. In audit
    /// and protect, what the profile allows is counted and anything else is recorded as refused.
    /// </summary>
    public static Profile Observe(
        Profile profile, ProfileKey key, DateTimeOffset time, long connections, string executable, LearningThresholds thresholds)
    {
        var entry = profile.Entries.GetValueOrDefault(key);
        if (profile.Mode == Mode.Learn)
        {
            if (entry is null or { Origin: EntryOrigin.Refused })
            {
                entry = (entry ?? New(key, EntryOrigin.Learnt, time)) with { Origin = EntryOrigin.Learnt };
                profile = Discovered(profile, time);
            }
        }
        else if (entry is not { IsAllowed: true })
        {
            entry = ProfileLookup.Cover(profile, key) ?? entry;
            if (entry is null)
            {
                if (profile.Entries.Values.Count(other => other.Origin == EntryOrigin.Refused) >= MaximumRefused)
                    return profile;
                entry = New(key, EntryOrigin.Refused, time);
            }
        }

        (profile, entry) = Sight(profile, entry, time, thresholds);
        return Put(profile, Run(entry, executable, connections) with
        {
            FirstSeen = Earlier(entry.FirstSeen, time),
            LastSeen = Later(entry.LastSeen, time),
            Connections = entry.Connections + connections,
        });
    }

    /// <summary>
    /// A connection was opened to a port that the server had announced on another conversation, on port <paramref name="announcedBy"/>. If that is
    /// one of FTP, it is part of it, and no news: FTP uses another port each time. Else it is a conversation like any other.
    /// </summary>
    public static Profile ObserveAnnounced(
        Profile profile, ProfileKey key, ushort announcedBy, DateTimeOffset time, long connections, string executable, LearningThresholds thresholds)
    {
        if (Announcer(profile, key, announcedBy) is not { } entry)
            return Observe(profile, key, time, connections, executable, thresholds);
        (profile, entry) = Sight(profile, entry, time, thresholds);
        return Put(profile, entry with
        {
            LastSeen = Later(entry.LastSeen, time),
            DataPorts = DataPorts.Add(entry.DataPorts, key.Port.Port, connections),
        });
    }

    /// <summary>The entry of the conversation that a connection to an announced port is part of, or null.</summary>
    public static ProfileEntry? Announcer(Profile profile, ProfileKey key, ushort announcedBy) =>
        announcedBy != 0 && Find(profile, key with { Port = new(key.Port.Transport, announcedBy) }) is { } entry && ProfileLookup.MayAnnounce(entry)
            ? entry : null;

    /// <summary>
    /// Traffic of a conversation was counted. It is evidence like an opened connection: a pool that keeps its connections for days
    /// would otherwise never be learnt. A conversation that is not in the profile stays out of it.
    /// </summary>
    /// <param name="thresholds">Tells the interval; the default thresholds if null.</param>
    public static Profile Count(
        Profile profile, ProfileKey key, long bytesSent, long bytesReceived, DateTimeOffset time, LearningThresholds? thresholds = null)
    {
        if (Find(profile, key) is not { } entry)
            return profile;
        (profile, entry) = Sight(profile, entry, time, thresholds ?? new());
        return Put(profile, entry with
        {
            FirstSeen = Earlier(entry.FirstSeen, time),
            LastSeen = Later(entry.LastSeen, time),
            BytesSent = entry.BytesSent + bytesSent,
            BytesReceived = entry.BytesReceived + bytesReceived,
        });
    }

    /// <summary>
    /// The application protocol of a conversation was recognised; the newest counts. Empty strings say nothing. What is no longer learning does
    /// not become FTP, on which the server may announce further ports.
    /// </summary>
    public static Profile Recognise(Profile profile, ProfileKey key, string protocol, string serverName)
    {
        if (Find(profile, key) is not { } entry)
            return profile;
        if (protocol == ProtocolNames.Ftp && profile.Mode != Mode.Learn && !ProfileLookup.MayAnnounce(entry))
            protocol = "";
        return Put(profile, entry with
        {
            Protocol = protocol.Length > 0 ? protocol : entry.Protocol,
            ServerNames = Add(entry.ServerNames, serverName.TrimEnd('.').ToLowerInvariant()),
        });
    }

    /// <summary>Observations about the workload were lost. One of them may have been new, so the quiet span starts anew.</summary>
    public static Profile Lose(Profile profile, long count, DateTimeOffset time) => profile with
    {
        Learning = profile.Learning with
        {
            Lost = profile.Learning.Lost + count,
            LastLost = profile.Learning.LastLost is { } last ? Later(last, time) : time,
            SightingsAtLastNew = profile.Learning.Sightings,
        },
    };

    /// <summary>
    /// A person allows a conversation: to all executables, or to one more. Until it is first seen, its times are when it was allowed. Of a
    /// conversation that a peer opens, the executable is the one that binds the port; without one, those that may stay the same.
    /// </summary>
    /// <param name="executable">Its path; empty for all.</param>
    public static Profile Allow(Profile profile, ProfileKey key, DateTimeOffset now, string executable = "")
    {
        var entry = profile.Entries.GetValueOrDefault(key) ?? New(key, EntryOrigin.Allowed, now);
        var accepts = key.Direction == Direction.In;
        if (executable.Length == 0)
            return Put(profile, entry with { Origin = EntryOrigin.Allowed, OnlyExecutables = accepts && entry.OnlyExecutables });
        var areAll = accepts ? ProfileLookup.Binders(profile, key.Port) is null : !entry.OnlyExecutables;
        if (entry.IsAllowed && areAll && profile.Entries.ContainsKey(key))
            return profile;
        if (accepts && areAll) // to name one would refuse it to all others
            return Put(profile, entry with { Origin = EntryOrigin.Allowed });
        var others = entry.OnlyExecutables ? entry.Executables : entry.Executables.Clear();
        return Put(profile, entry with
        {
            Origin = entry.IsAllowed ? entry.Origin : EntryOrigin.Allowed,
            OnlyExecutables = true,
            Executables = Add(others, executable),
        });
    }

    /// <summary>Removes the entries that match. A profile left empty starts to learn anew.</summary>
    public static Profile Forget(Profile profile, Func<ProfileEntry, bool> predicate)
    {
        var removed = profile.Entries.Values.Where(predicate).ToList();
        if (removed.Count == 0)
            return profile;
        var entries = profile.Entries.RemoveRange(removed.Select(entry => entry.Key));
        if (entries.IsEmpty)
            return profile with { Entries = entries, Learning = new() };
        var sightings = profile.Learning.Sightings - removed.Sum(entry => entry.Sightings);
        return profile with
        {
            Entries = entries,
            Learning = profile.Learning with
            {
                Sightings = sightings,
                SightingsAtLastNew = Math.Min(profile.Learning.SightingsAtLastNew, sightings),
            },
        };
    }

    /// <summary>
    /// Sets the mode. Entering learn from another mode allows nothing by itself, but starts the evidence anew: the entries stay, and what
    /// was refused is allowed when it is seen again.
    /// </summary>
    public static Profile SetMode(Profile profile, Mode mode, bool pinned, DateTimeOffset now)
    {
        if (profile.Mode == mode)
            return profile with { ModeIsPinned = pinned };
        var changed = profile with { Mode = mode, ModeIsPinned = pinned, ModeSince = now };
        if (mode != Mode.Learn)
            return profile.Mode == Mode.Learn ? Settled(changed) : changed;
        return changed with
        {
            Learning = new(),
            Entries = profile.Entries.ToImmutableDictionary(pair => pair.Key, pair => pair.Value with
            {
                Sightings = 0,
                SightingsAtLastExecutable = 0,
                HasUnknownExecutables = false,
                OnlyExecutables = false,
            }),
        };
    }

    /// <summary>How far learning is; see <see cref="Learning.Assessment"/>.</summary>
    public static LearningAssessment Assess(Profile profile, LearningThresholds thresholds, DateTimeOffset now) =>
        Assessment.Of(profile, thresholds, now);

    /// <summary>
    /// The mode that the workload should be in. Only ever forwards, one step at a time, and never when a person set the mode.
    /// </summary>
    /// <param name="lastWouldBlock">When an attempt of the workload was last judged as would-block, if known.</param>
    public static Mode Advance(Profile profile, LearningThresholds thresholds, DateTimeOffset now, DateTimeOffset? lastWouldBlock = null)
    {
        if (profile.ModeIsPinned)
            return profile.Mode;
        return profile.Mode switch
        {
            Mode.Learn when Assess(profile, thresholds, now).Learnt => Mode.Audit,
            Mode.Audit when now - QuietSince(profile, lastWouldBlock) >= thresholds.AuditTime => Mode.Protect,
            _ => profile.Mode,
        };
    }

    // A loss in audit may have been a would-block.
    private static DateTimeOffset QuietSince(Profile profile, DateTimeOffset? lastWouldBlock) =>
        profile.Entries.Values
            .Where(entry => entry.Origin == EntryOrigin.Refused)
            .Select(entry => entry.LastSeen)
            .Append(profile.ModeSince)
            .Append(lastWouldBlock ?? profile.ModeSince)
            .Append(profile.Learning.LastLost ?? profile.ModeSince)
            .Max();

    // Learning is over: what only some executables did, is for them only.
    private static Profile Settled(Profile profile) => profile with
    {
        Entries = profile.Entries.SetItems(StableExecutables.In(profile)
            .Select(key => KeyValuePair.Create(key, profile.Entries[key] with
            {
                OnlyExecutables = true,
                Executables = profile.Entries[key].Executables.Except(profile.Drifted),
            }))),
    };

    private static ProfileEntry Run(ProfileEntry entry, string executable, long connections)
    {
        // What is for some only is not widened by what others try.
        if (entry.OnlyExecutables || connections == 0)
            return entry.OnlyExecutables ? entry : entry with { Executables = Add(entry.Executables, executable) };
        if (executable.Length == 0)
            return entry with { HasUnknownExecutables = true };
        var executables = Add(entry.Executables, executable);
        return entry with
        {
            Executables = executables,
            SightingsAtLastExecutable = executables.Count > entry.Executables.Count ? entry.Sightings : entry.SightingsAtLastExecutable,
        };
    }

    private static ProfileEntry? Find(Profile profile, ProfileKey key) =>
        profile.Entries.TryGetValue(key, out var entry) && entry.IsAllowed ? entry : ProfileLookup.Cover(profile, key) ?? entry;

    private static (Profile Profile, ProfileEntry Entry) Sight(
        Profile profile, ProfileEntry entry, DateTimeOffset time, LearningThresholds thresholds)
    {
        var interval = IntervalOf(time, thresholds.Interval);
        var learning = profile.Learning;
        if (!entry.IsAllowed || (entry.Sightings > 0 && IntervalOf(entry.LastSeen, thresholds.Interval) >= interval))
            return (profile, entry);
        var isNewInterval = learning.Interval is not { } newest || newest < interval;
        return (profile with
        {
            Learning = learning with
            {
                FirstActivity = learning.FirstActivity is { } first ? Earlier(first, time) : time,
                ActiveIntervals = learning.ActiveIntervals + (isNewInterval ? 1 : 0),
                Interval = isNewInterval ? interval : learning.Interval,
                Sightings = learning.Sightings + 1,
            },
        }, entry with { Sightings = entry.Sightings + 1 });
    }

    private static Profile Discovered(Profile profile, DateTimeOffset time) => profile with
    {
        Learning = profile.Learning with { LastNew = time, SightingsAtLastNew = profile.Learning.Sightings + 1 },
    };

    private static DateTimeOffset IntervalOf(DateTimeOffset time, TimeSpan interval) =>
        new(time.UtcTicks - time.UtcTicks % interval.Ticks, TimeSpan.Zero);

    private static ProfileEntry New(ProfileKey key, EntryOrigin origin, DateTimeOffset time) =>
        new(key, origin) { FirstSeen = time, LastSeen = time };

    private static Profile Put(Profile profile, ProfileEntry entry) =>
        profile with { Entries = profile.Entries.SetItem(entry.Key, entry) };

    private static ImmutableSortedSet<string> Add(ImmutableSortedSet<string> names, string name) =>
        name.Length == 0 || names.Count >= MaximumNames ? names : names.Add(name);

    private static DateTimeOffset Earlier(DateTimeOffset left, DateTimeOffset right) => left < right ? left : right;

    private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;
}
