using Bulwark.Model.Enforcement;
using Bulwark.Model.Executables;
using Bulwark.Model.Learning;
using Bulwark.Model.Profiles;

namespace Bulwark.Model.Tests.Learning;

public sealed class StableExecutablesTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly LearningThresholds s_thresholds = new();
    private static readonly ProfileKey s_fromWeb = new(Direction.In, Peer.Workload("shop/web"), new(Transport.Tcp, 5432));
    private static readonly ProfileKey s_fromReport = s_fromWeb with { Peer = Peer.Workload("shop/report") };
    private static readonly ProfileKey s_toDatabase = new(Direction.Out, Peer.Workload("shop/db"), new(Transport.Tcp, 5432));

    [Fact]
    public void What_one_executable_did_all_along_is_for_it_only()
    {
        var entry = Assert.Single(Protected(Seen("/app", 6)).Entries.Values);

        Assert.True(entry.OnlyExecutables);
        Assert.Equal(["/app"], entry.Executables);
    }

    [Fact]
    public void What_was_seen_too_seldom_is_for_all() => Assert.False(Assert.Single(Protected(Seen("/app", 4)).Entries.Values).OnlyExecutables);

    [Fact]
    public void A_new_executable_starts_the_evidence_anew()
    {
        var profile = Seen("/app", 10);
        profile = Seen("/job", 1, profile, 10);

        Assert.False(Protected(Seen("/app", 3, profile, 11)).Entries[s_toDatabase].OnlyExecutables);
        Assert.True(Protected(Seen("/app", 6, profile, 11)).Entries[s_toDatabase].OnlyExecutables);
    }

    [Fact]
    public void One_that_could_not_be_told_may_be_any() =>
        Assert.False(Protected(Seen("/app", 10, Seen("", 1), 1)).Entries[s_toDatabase].OnlyExecutables);

    [Fact]
    public void The_end_of_a_longer_path_tells_too_little() =>
        Assert.False(Assert.Single(Protected(Seen("*long/app", 10)).Entries.Values).OnlyExecutables);

    [Fact]
    public void A_port_that_others_reach_is_for_those_who_listened_there_whichever_peer_reached_it()
    {
        var profile = Seen("/app", 10, Seen("/job", 1, key: s_fromReport), 1, s_fromWeb);
        var compiled = PolicyCompiler.Compile(Protected(profile), _ => new Identity(0x102));

        Assert.Equal([new BindEntry(Transport.Tcp, 5432, "/app"), new BindEntry(Transport.Tcp, 5432, "/job")], compiled.Binding);
        Assert.Empty(compiled.Executables);
    }

    [Fact]
    public void One_peer_that_was_answered_by_somebody_unknown_leaves_the_port_to_all() =>
        Assert.Empty(PolicyCompiler.Compile(Protected(Seen("/app", 10, Seen("", 1, key: s_fromReport), 1, s_fromWeb)), _ => new Identity(0x102)).Binding);

    [Fact]
    public void One_peer_more_changes_nothing_of_who_may_listen()
    {
        var profile = Learner.Allow(Protected(Seen("/app", 10, key: s_fromWeb)), s_fromReport, s_start);

        Assert.Equal(["/app"], ProfileLookup.Binders(profile, s_fromWeb.Port)!);
        Assert.Equal(["/app"], ProfileLookup.Binders(Learner.Allow(profile, s_fromWeb, s_start), s_fromWeb.Port)!);
    }

    [Fact]
    public void A_person_allows_one_more_to_listen()
    {
        var profile = Protected(Seen("/app", 10, key: s_fromWeb));

        Assert.Equal(["/app", "/bin/nc"], ProfileLookup.Binders(Learner.Allow(profile, s_fromWeb, s_start, "/bin/nc"), s_fromWeb.Port)!);
        Assert.Equal(["/app", "/bin/nc"], ProfileLookup.Binders(Learner.Allow(profile, s_fromReport, s_start, "/bin/nc"), s_fromWeb.Port)!);
    }

    [Fact]
    public void To_name_who_listens_where_all_may_refuses_nobody()
    {
        var profile = Learner.Allow(Learner.Allow(new("shop/db"), s_fromWeb, s_start), s_fromReport, s_start, "/bin/nc");

        Assert.Null(ProfileLookup.Binders(profile, s_fromWeb.Port));
        Assert.True(profile.Entries[s_fromReport].IsAllowed);
    }

    [Fact]
    public void Too_many_executables_are_no_stable_set()
    {
        var profile = new Profile("shop/web");
        for (var i = 0; i <= StableExecutables.Maximum; i++)
            profile = Seen($"/app{i}", 1, profile, i);

        Assert.False(Protected(Seen("/app0", 10, profile, 20)).Entries[s_toDatabase].OnlyExecutables);
    }

    [Fact]
    public void What_others_try_under_protection_widens_nothing()
    {
        var profile = Seen("/bin/sh", 3, Protected(Seen("/app", 6)), 10);

        Assert.Equal(["/app"], profile.Entries[s_toDatabase].Executables);
    }

    [Fact]
    public void A_person_allows_one_more_or_all()
    {
        var profile = Protected(Seen("/app", 6));
        var oneMore = Learner.Allow(profile, s_toDatabase, s_start, "/usr/bin/psql").Entries[s_toDatabase];

        Assert.True(oneMore.OnlyExecutables);
        Assert.Equal(["/app", "/usr/bin/psql"], oneMore.Executables);
        Assert.False(Learner.Allow(profile, s_toDatabase, s_start).Entries[s_toDatabase].OnlyExecutables);
    }

    [Fact]
    public void Allowing_one_executable_narrows_nothing_that_all_may()
    {
        var all = Learner.Allow(new("shop/web"), s_toDatabase, s_start);

        Assert.False(Learner.Allow(all, s_toDatabase, s_start, "/app").Entries[s_toDatabase].OnlyExecutables);
        Assert.True(Learner.Allow(new("shop/web"), s_toDatabase, s_start, "/app").Entries[s_toDatabase].OnlyExecutables);
    }

    [Fact]
    public void What_is_not_in_the_image_is_none_of_those_who_may()
    {
        var profile = Drifted(Seen("/app", 10, Seen("/tmp/x", 1), 1), "/tmp/x");

        var entry = Protected(profile).Entries[s_toDatabase];

        Assert.True(entry.OnlyExecutables);
        Assert.Equal(["/app"], entry.Executables);
    }

    [Fact]
    public void What_only_something_that_is_not_in_the_image_did_stays_for_all() =>
        Assert.False(Protected(Drifted(Seen("/tmp/x", 10), "/tmp/x")).Entries[s_toDatabase].OnlyExecutables);

    [Fact]
    public void Who_listened_and_is_not_in_the_image_may_not_listen_later()
    {
        var profile = Drifted(Seen("/app", 10, Seen("/tmp/x", 1, key: s_fromReport), 1, s_fromWeb), "/tmp/x");

        Assert.Equal([new BindEntry(Transport.Tcp, 5432, "/app")], PolicyCompiler.Compile(Protected(profile), _ => new Identity(0x102)).Binding);
    }

    [Fact]
    public void What_a_newer_image_has_is_no_drift_any_more()
    {
        var profile = Drifted(Seen("/app", 10), "/app");

        Assert.Empty(Drift.Note(profile, "/app", new(OriginKind.Image, "", "")).Drifted);
        Assert.Same(profile, Drift.Note(profile, "/app", ExecutableOrigin.Unknown));
        Assert.Same(profile, Drift.Note(profile, "/app", new(OriginKind.Drift, "", "")));
    }

    [Fact]
    public void A_new_name_each_time_does_not_make_a_profile_grow_without_end()
    {
        var profile = Enumerable.Range(0, 1000).Aggregate(new Profile("shop/web"), (profile, number) => Drifted(profile, $"/tmp/{number}"));

        Assert.Equal(Drift.Maximum, profile.Drifted.Count);
    }

    [Fact]
    public void Learning_anew_opens_it_to_all_again() =>
        Assert.False(Learner.SetMode(Protected(Seen("/app", 6)), Mode.Learn, false, s_start).Entries[s_toDatabase].OnlyExecutables);

    [Fact]
    public void The_policy_lists_who_may()
    {
        var compiled = PolicyCompiler.Compile(Protected(Seen("/app", 6)), _ => new Identity(0x102));

        Assert.Equal(new ExecutableEntry(Assert.Single(compiled.Entries), "/app"), Assert.Single(compiled.Executables));
    }

    [Fact]
    public void What_one_entry_has_for_all_is_not_narrowed_by_another_for_the_same_peer()
    {
        var profile = Protected(Seen("/app", 6));
        profile = Learner.Allow(profile, s_toDatabase with { Peer = Peer.Workload("shop/other") }, s_start);

        Assert.Empty(PolicyCompiler.Compile(profile, _ => new Identity(0x102)).Executables);
    }

    private static Profile Drifted(Profile profile, string path) => Drift.Note(profile, path, new(OriginKind.Drift, "", ""));

    private static Profile Protected(Profile profile) => Learner.SetMode(profile, Mode.Protect, pinned: false, s_start);

    private static Profile Seen(string executable, int times, Profile? profile = null, int firstInterval = 0, ProfileKey? key = null)
    {
        profile ??= new("shop/web");
        for (var i = 0; i < times; i++)
            profile = Learner.Observe(profile, key ?? s_toDatabase, s_start + (firstInterval + i) * s_thresholds.Interval, 1, executable, s_thresholds);
        return profile;
    }
}
