using Bulwark.Model.Enforcement;
using Bulwark.Model.Learning;
using Bulwark.Model.Observations;
using Bulwark.Model.Profiles;

namespace Bulwark.Model.Tests.Learning;

/// <summary>Ports that a server announces, as FTP's do.</summary>
public sealed class AnnouncedPortTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly LearningThresholds s_thresholds = new();
    private static readonly ProfileKey s_control = Key(21);

    [Fact]
    public void A_workload_that_fetches_files_by_another_port_each_time_is_learnt()
    {
        var profile = Talking(s_control, "ftp");
        var time = s_start;
        for (; time < s_start + TimeSpan.FromHours(25); time += TimeSpan.FromMinutes(1))
        {
            profile = Learner.Observe(profile, s_control, time, 1, "/usr/bin/lftp", s_thresholds);
            profile = Learner.ObserveAnnounced(profile, Key((ushort)(30_000 + time.Hour * 60 + time.Minute)), 21, time, 1, "/usr/bin/lftp", s_thresholds);
        }

        Assert.Equal(Mode.Audit, Learner.Advance(profile, s_thresholds, time));
        var entry = Assert.Single(profile.Entries.Values);
        Assert.Equal("30000-31439/tcp", entry.DataPorts.ToString());
        Assert.Equal(25 * 60, entry.DataPorts!.Value.Connections);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("smtp")]
    public void On_a_conversation_that_is_not_FTP_each_port_is_a_conversation_of_its_own(string protocol)
    {
        var profile = Learner.ObserveAnnounced(Talking(s_control, protocol), Key(30_000), 21, s_start, 1, "", s_thresholds);

        Assert.Contains(Key(30_000), profile.Entries.Keys);
        Assert.Null(profile.Entries[s_control].DataPorts);
    }

    [Fact]
    public void Without_the_conversation_on_which_it_was_announced_a_port_is_one_of_its_own() =>
        Assert.Equal([Key(30_000)], Learner.ObserveAnnounced(new("shop/web"), Key(30_000), 21, s_start, 1, "", s_thresholds).Entries.Keys);

    [Fact]
    public void Only_the_conversation_of_FTP_may_announce_and_none_of_its_ports_is_an_entry()
    {
        var profile = Learner.Observe(Talking(s_control, "ftp"), Key(80), s_start, 1, "", s_thresholds);
        profile = Learner.ObserveAnnounced(profile, Key(30_000), 21, s_start, 1, "", s_thresholds);

        var compiled = PolicyCompiler.Compile(profile, _ => new(0x101));

        Assert.Equal([21, 80], compiled.Entries.Select(entry => (int)entry.Port));
        Assert.Equal([21], compiled.Announcing.Select(entry => (int)entry.Port));
    }

    [Theory]
    [InlineData(21, true)]
    [InlineData(2121, false)]
    public void What_a_person_allowed_is_FTP_if_its_port_is(ushort port, bool expected)
    {
        var profile = Learner.Allow(new Profile("shop/web") { Mode = Mode.Protect }, Key(port), s_start);
        profile = Learner.Recognise(profile, Key(port), "ftp", "");

        Assert.Equal(expected ? 1 : 0, PolicyCompiler.Compile(profile, _ => new(0x101)).Announcing.Length);
    }

    [Fact]
    public void What_is_no_longer_learning_does_not_become_FTP()
    {
        var profile = Learner.SetMode(Talking(Key(80), "http"), Mode.Protect, true, s_start);

        profile = Learner.Recognise(profile, Key(80), "ftp", "");

        Assert.Equal("http", profile.Entries[Key(80)].Protocol);
    }

    [Theory]
    [InlineData(30_000, true)]
    [InlineData(443, false)]
    public void A_high_port_of_an_FTP_server_that_it_did_not_announce_is_explained(ushort port, bool expected)
    {
        var attempt = new Attempt(Verdict.Blocked, VerdictReason.NotInProfile, "shop/web", Key(port));

        var why = Explainer.Explain(attempt, Talking(s_control, "ftp")).Paragraphs[2];

        Assert.Equal(expected, why.Contains("did not announce", StringComparison.Ordinal));
    }

    private static Profile Talking(ProfileKey key, string protocol) =>
        Learner.Recognise(Learner.Observe(new("shop/web"), key, s_start, 1, "", s_thresholds), key, protocol, "");

    private static ProfileKey Key(ushort port) => new(Direction.Out, Peer.Workload("shop/files"), new(Transport.Tcp, port));
}
