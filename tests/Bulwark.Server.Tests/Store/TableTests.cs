using System.Collections.Immutable;
using Bulwark.Model;
using Bulwark.Model.Profiles;
using Bulwark.Model.Workloads;
using Bulwark.Server.Api.Contracts;
using Bulwark.Server.Store;
using Bulwark.Server.Tests.Harness;

namespace Bulwark.Server.Tests.Store;

public sealed class TableTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly Identity Web = new(Identity.FirstWorkload);
    private static readonly ProfileKey ToDatabase = new(Direction.Out, Peer.Workload("shop/db"), new(Transport.Tcp, 5432));

    private readonly TemporaryDirectory _directory = new();
    private readonly Database _database;

    public TableTests()
    {
        _database = Database.Open(_directory["data"]);
        _database.Write(c => WorkloadTable.Save(c, new(Web, "shop/web", WorkloadKind.Compose) { Project = "shop", Image = "web:1" }));
    }

    public void Dispose()
    {
        _database.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_workload_comes_back_as_it_was_stored()
    {
        _database.Write(c => WorkloadTable.SaveCounts(c, Web, 3, 4));
        var stored = Assert.Single(_database.Read(WorkloadTable.Load));
        Assert.Equal(new(new Workload(Web, "shop/web", WorkloadKind.Compose) { Project = "shop", Image = "web:1" }, 3, 4), stored);
    }

    [Fact]
    public void A_profile_comes_back_as_it_was_stored()
    {
        var entry = new ProfileEntry(ToDatabase, EntryOrigin.Learnt)
        {
            FirstSeen = Noon,
            LastSeen = Noon.AddHours(1),
            Connections = 5,
            BytesSent = 6,
            BytesReceived = 7,
            Sightings = 8,
            Executables = ["/usr/bin/b", "/usr/bin/a\n\""],
            Protocol = "postgresql",
            ServerNames = ["db.example.com"],
            DataPorts = new(30_000, 30_009, 12),
        };
        var profile = new Profile("shop/web")
        {
            Mode = Mode.Audit,
            ModeIsPinned = true,
            ModeSince = Noon,
            Learning = new() { FirstActivity = Noon, Sightings = 8, ActiveIntervals = 2, Lost = 1, LastLost = Noon },
            Entries = ImmutableDictionary<ProfileKey, ProfileEntry>.Empty.Add(entry.Key, entry),
            Drifted = ["/tmp/x"],
        };
        _database.Write(c => ProfileTable.Save(c, Web, profile, null));
        var loaded = Load();
        Assert.Equal(profile.Drifted, loaded.Drifted);
        Assert.Equal(profile with { Entries = loaded.Entries, Drifted = loaded.Drifted }, loaded);
        var loadedEntry = Assert.Single(loaded.Entries.Values);
        Assert.Equal(entry.Executables, loadedEntry.Executables);
        Assert.Equal(entry.ServerNames, loadedEntry.ServerNames);
        Assert.Equal(entry with { Executables = loadedEntry.Executables, ServerNames = loadedEntry.ServerNames }, loadedEntry);
    }

    [Fact]
    public void Only_the_difference_between_two_profiles_is_written()
    {
        var other = ToDatabase with { Peer = Peer.Host };
        var first = new Profile("shop/web") { Entries = Entries(ToDatabase, other) };
        _database.Write(c => ProfileTable.Save(c, Web, first, null));
        var second = first with { Entries = first.Entries.Remove(other) };
        _database.Write(c => ProfileTable.Save(c, Web, second, first));
        Assert.Equal([ToDatabase], Load().Entries.Keys);
    }

    [Fact]
    public void An_identity_and_a_peer_are_paired_with_one_another_only()
    {
        var (a, b) = (Peer.HostName("a.example.com"), Peer.HostName("b.example.com"));
        _database.Write(c => IdentityTable.Save(c, new(Identity.FirstName), a, Noon));
        _database.Write(c => IdentityTable.Save(c, new(Identity.FirstName + 1), a, Noon));
        _database.Write(c => IdentityTable.Save(c, new(Identity.FirstName + 1), b, Noon));
        Assert.Equal([(new(Identity.FirstName + 1), b, Noon)], _database.Read(IdentityTable.Load));
        _database.Write(c => IdentityTable.SaveSeen(c, new(Identity.FirstName + 1), Noon.AddHours(1)));
        Assert.Equal(Noon.AddHours(1), Assert.Single(_database.Read(IdentityTable.Load)).Seen);
    }

    [Fact]
    public void The_mode_of_workloads_to_come_is_kept_until_it_is_taken_back()
    {
        Assert.Null(_database.Read(SettingTable.LoadModeOfNew));
        foreach (var mode in new Mode?[] { Mode.Protect, Mode.Learn, null })
        {
            _database.Write(c => SettingTable.SaveModeOfNew(c, mode));
            Assert.Equal(mode, _database.Read(SettingTable.LoadModeOfNew));
        }
    }

    [Fact]
    public void Only_the_newest_events_are_kept()
    {
        _database.Write(c => EventTable.Add(c, [.. Enumerable.Range(1, 10).Select(i => Event(i, "shop/web"))], keep: 4));
        Assert.Equal([7, 8, 9, 10], _database.Read(c => EventTable.Newest(c, new(), 100)).Select(e => e.Id));
        Assert.Null(_database.Read(c => EventTable.Find(c, 6)));
        Assert.Equal(10, _database.Read(EventTable.LastId));
    }

    [Fact]
    public void An_event_comes_back_as_it_was_stored_and_is_found_by_what_it_is()
    {
        var e = new EventReport(1, Noon, "verdict", Verdict.Blocked, "notInProfile", "shop/web", "web-1", "out", "shop/db", "172.18.0.3",
            "5432/tcp", "/bin/x", 42, 3, "It's \"so\".", "bulwark allow 1");
        _database.Write(c => EventTable.Add(c, [e, Event(2, "shop/db")], 100));
        Assert.Equal(e, _database.Read(c => EventTable.Find(c, 1)));
        Assert.Equal([e], _database.Read(c => EventTable.Newest(c, new() { Verdict = Verdict.Blocked }, 9)));
        Assert.Equal([e], _database.Read(c => EventTable.Newest(c, new() { Workload = "shop/web" }, 9)));
        Assert.Empty(_database.Read(c => EventTable.Newest(c, new() { Since = Noon.AddSeconds(1), Verdict = Verdict.Blocked }, 9)));
    }

    [Fact]
    public void Activity_is_added_up_by_the_minute_and_after_a_day_by_the_hour()
    {
        void Add(DateTimeOffset time) => _database.Write(c => ActivityTable.Add(c,
            new Dictionary<ActivityKey, long> { [new(Web, ToDatabase, ActivityTable.Bucket(time))] = 2 }));
        Add(Noon.AddSeconds(1));
        Add(Noon.AddSeconds(59));
        Add(Noon.AddSeconds(61));
        Assert.Equal([4, 2], All().Select(a => a.Connections));
        _database.Write(c => ActivityTable.Compact(c, Noon.AddHours(2), TimeSpan.FromDays(30)));
        Assert.Equal(2, All().Length);
        for (var again = 0; again < 2; again++)
        {
            _database.Write(c => ActivityTable.Compact(c, Noon.AddHours(26), TimeSpan.FromDays(30)));
            Assert.Equal([(Noon, 6L)], All().Select(a => (a.Key.Bucket, a.Connections)));
        }
        _database.Write(c => ActivityTable.Compact(c, Noon.AddDays(31), TimeSpan.FromDays(30)));
        Assert.Empty(All());
    }

    private ImmutableArray<(ActivityKey Key, long Connections)> All() =>
        _database.Read(c => ActivityTable.Load(c, DateTimeOffset.UnixEpoch, Noon.AddYears(1), null));

    private Profile Load() =>
        _database.Read(c => ProfileTable.Load(c, new Dictionary<Identity, string> { [Web] = "shop/web" }))[Web];

    private static ImmutableDictionary<ProfileKey, ProfileEntry> Entries(params ProfileKey[] keys) =>
        keys.ToImmutableDictionary(k => k, k => new ProfileEntry(k, EntryOrigin.Learnt) { FirstSeen = Noon, LastSeen = Noon });

    private static EventReport Event(long id, string workload) =>
        new(id, Noon, "notice", null, "", workload, "", "", "", "", "", "", 0, 0, "", "");
}
