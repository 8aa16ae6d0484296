using Bulwark.Model.Learning;
using Bulwark.Model.Profiles;
using CsCheck;

namespace Bulwark.Model.Tests.Learning;

public sealed class LearnerTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly LearningThresholds Thresholds = new();
    private static readonly ProfileKey ToDatabase = Key("shop/db", 5432);

    [Fact]
    public void A_workload_that_does_the_same_for_a_day_is_learnt_and_moves_to_audit()
    {
        var profile = Busy(new("shop/web"), Start, TimeSpan.FromHours(24), ToDatabase);
        var now = Start + TimeSpan.FromHours(24);
        var assessment = Learner.Assess(profile, Thresholds, now);
        Assert.True(assessment.Learnt, string.Join("; ", assessment.WaitsFor));
        Assert.Equal(Mode.Audit, Learner.Advance(profile, Thresholds, now));
    }

    [Fact]
    public void A_workload_never_seen_to_talk_stays_in_learn()
    {
        var assessment = Learner.Assess(new("shop/web"), Thresholds, Start);
        Assert.Equal(["never seen to talk yet"], assessment.WaitsFor);
        Assert.Equal(0, assessment.Confidence);
        Assert.Equal(Mode.Learn, Learner.Advance(new("shop/web"), Thresholds, Start + TimeSpan.FromDays(1000)));
    }

    [Fact]
    public void It_says_what_it_waits_for()
    {
        var profile = Busy(new("shop/web"), Start, TimeSpan.FromSeconds(30), ToDatabase);
        Assert.Equal(
            [
                "active for 3 h of 24 h", "active in 3 of 5 intervals", "3 of 300 sightings", "probability of something new 0.78, wants 0.01",
            ],
            Learner.Assess(profile, Thresholds, Start + TimeSpan.FromHours(3)).WaitsFor);
    }

    [Fact]
    public void A_conversation_counts_once_an_interval_however_often_it_is_opened()
    {
        var profile = new Profile("shop/web");
        for (var i = 0; i < 100; i++)
            profile = Learner.Observe(profile, ToDatabase, Start + TimeSpan.FromMilliseconds(i), 2, "/app", Thresholds);
        Assert.Equal(1, profile.Learning.Sightings);
        Assert.Equal(1, profile.Learning.ActiveIntervals);
        Assert.Equal(200, profile.Entries[ToDatabase].Connections);
    }

    [Fact]
    public void Traffic_of_a_connection_kept_open_is_evidence_too()
    {
        var profile = Learner.Observe(new("shop/web"), ToDatabase, Start, 1, "/app", Thresholds);
        profile = Learner.Count(profile, ToDatabase, 10, 20, Start + TimeSpan.FromSeconds(1), Thresholds);
        profile = Learner.Count(profile, ToDatabase, 10, 20, Start + TimeSpan.FromSeconds(10), Thresholds);
        Assert.Equal(2, profile.Learning.Sightings);
        Assert.Equal(20, profile.Entries[ToDatabase].BytesSent);
        Assert.Same(profile, Learner.Count(profile, Key("other", 1), 1, 1, Start, Thresholds));
    }

    [Fact]
    public void A_discovery_makes_learning_wait_for_a_quiet_span()
    {
        var profile = Busy(new("shop/web"), Start, TimeSpan.FromHours(24), ToDatabase);
        var now = Start + TimeSpan.FromHours(24);
        profile = Busy(profile, now, TimeSpan.FromSeconds(20), Key("shop/cache", 6379));
        Assert.False(Learner.Assess(profile, Thresholds, now).Learnt);
        profile = Busy(profile, now, TimeSpan.FromHours(1), ToDatabase);
        Assert.True(Learner.Assess(profile, Thresholds, now).Learnt);
    }

    [Fact]
    public void A_loss_holds_learning_up_but_not_for_ever()
    {
        var lost = Start + TimeSpan.FromHours(24);
        var profile = Learner.Lose(Busy(new("shop/web"), Start, TimeSpan.FromHours(24), ToDatabase), 12, lost);
        profile = Busy(profile, lost, TimeSpan.FromHours(2), ToDatabase);
        Assert.Equal(["observations were lost: 12, wants 24 h without"], Learner.Assess(profile, Thresholds, lost).WaitsFor);
        Assert.True(Learner.Assess(profile, Thresholds, lost + TimeSpan.FromHours(24)).Learnt);
    }

    [Fact]
    public void Something_new_in_audit_is_recorded_as_refused_and_allowed_when_seen_again_in_learn()
    {
        var profile = Learner.SetMode(new("shop/web"), Mode.Audit, false, Start);
        profile = Learner.Observe(profile, ToDatabase, Start, 1, "/app", Thresholds);
        Assert.Equal(EntryOrigin.Refused, profile.Entries[ToDatabase].Origin);
        profile = Learner.SetMode(profile, Mode.Learn, false, Start);
        Assert.False(profile.Entries[ToDatabase].IsAllowed);
        profile = Learner.Observe(profile, ToDatabase, Start, 1, "/app", Thresholds);
        Assert.Equal(EntryOrigin.Learnt, profile.Entries[ToDatabase].Origin);
    }

    [Fact]
    public void What_a_wildcard_allows_is_counted_there_in_protect()
    {
        var anything = new ProfileKey(Direction.Out, Peer.World, ProfileLookup.AnyPort);
        var profile = Learner.Allow(new Profile("shop/web") { Mode = Mode.Protect }, anything, Start);
        profile = Learner.Observe(
            profile, new(Direction.Out, Peer.HostName("example.com"), new(Transport.Tcp, 443)), Start, 3, "/app", Thresholds);
        Assert.Equal(3, Assert.Single(profile.Entries).Value.Connections);
    }

    [Fact]
    public void A_quiet_audit_ends_in_protection_and_a_would_block_starts_it_anew()
    {
        var profile = Learner.SetMode(new("shop/web"), Mode.Audit, false, Start);
        var later = Start + TimeSpan.FromHours(24);
        Assert.Equal(Mode.Audit, Learner.Advance(profile, Thresholds, later - TimeSpan.FromSeconds(1)));
        Assert.Equal(Mode.Audit, Learner.Advance(profile, Thresholds, later, Start + TimeSpan.FromHours(1)));
        Assert.Equal(Mode.Protect, Learner.Advance(profile, Thresholds, later));
        Assert.Equal(Mode.Protect, Learner.Advance(profile, Thresholds, later, Start - TimeSpan.FromDays(1)));
    }

    [Fact]
    public void A_pinned_mode_stays()
    {
        var profile = Learner.SetMode(Busy(new("shop/web"), Start, TimeSpan.FromHours(24), ToDatabase), Mode.Audit, true, Start);
        Assert.Equal(Mode.Audit, Learner.Advance(profile, Thresholds, Start + TimeSpan.FromDays(9)));
    }

    [Fact]
    public void An_entry_keeps_at_most_16_names()
    {
        var profile = new Profile("shop/web");
        for (var i = 0; i < 40; i++)
        {
            profile = Learner.Observe(profile, ToDatabase, Start, 1, $"/bin/{i}", Thresholds);
            profile = Learner.Recognise(profile, ToDatabase, "tls", $"{i}.Example.com.");
        }
        Assert.Equal(16, profile.Entries[ToDatabase].Executables.Count);
        Assert.Equal(16, profile.Entries[ToDatabase].ServerNames.Count);
        Assert.Contains("0.example.com", profile.Entries[ToDatabase].ServerNames);
        Assert.Equal("tls", profile.Entries[ToDatabase].Protocol);
    }

    [Fact]
    public void A_scan_does_not_make_a_profile_grow_without_end()
    {
        var profile = new Profile("shop/web") { Mode = Mode.Audit };
        for (ushort port = 1; port <= 1500; port++)
            profile = Learner.Observe(profile, Key("shop/db", port), Start, 1, "", Thresholds);
        Assert.Equal(Learner.MaximumRefused, profile.Entries.Count);
    }

    [Fact]
    public void Sightings_are_always_the_sum_of_the_entries_and_nothing_unasked_is_allowed_outside_learn() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 3], Gen.Int[0, 200]).Array[0, 80].Sample(steps =>
        {
            var profile = new Profile("shop/web");
            foreach (var (action, which, seconds) in steps)
            {
                var key = Key("shop/db", (ushort)(1 + which));
                var time = Start + TimeSpan.FromSeconds(seconds);
                var before = profile;
                profile = action switch
                {
                    0 => Learner.Count(profile, key, 1, 1, time, Thresholds),
                    1 => Learner.Forget(profile, entry => entry.Key == key),
                    2 => Learner.SetMode(profile, (Mode)(which % 3), false, time),
                    3 => Learner.Allow(profile, key, time),
                    _ => Learner.Observe(profile, key, time, 1, "/app", Thresholds),
                };
                Assert.Equal(profile.Entries.Values.Sum(entry => entry.Sightings), profile.Learning.Sightings);
                if (before.Mode != Mode.Learn && action != 3)
                    Assert.Empty(Allowed(profile).Except(Allowed(before)));
                Assert.InRange(Learner.Assess(profile, Thresholds, time).Confidence, 0, 1);
            }
        });

    [Fact]
    public void All_bad_thresholds_are_told_at_once()
    {
        Assert.Empty(Thresholds.Validate());
        Assert.Equal(7, new LearningThresholds
        {
            Interval = TimeSpan.Zero,
            MinimumTime = -TimeSpan.FromHours(1),
            MinimumIntervals = 0,
            MinimumSightings = 0,
            MaximumUnseen = double.NaN,
            Confidence = 1,
            AuditTime = -TimeSpan.FromHours(1),
        }.Validate().Length);
    }

    private static IEnumerable<ProfileKey> Allowed(Profile profile) =>
        profile.Entries.Values.Where(entry => entry.IsAllowed).Select(entry => entry.Key);

    private static ProfileKey Key(string peer, ushort port) => new(Direction.Out, Peer.Workload(peer), new(Transport.Tcp, port));

    private static Profile Busy(Profile profile, DateTimeOffset from, TimeSpan time, ProfileKey key)
    {
        for (var at = from; at < from + time; at += Thresholds.Interval)
            profile = Learner.Observe(profile, key, at, 1, "/app", Thresholds);
        return profile;
    }
}
