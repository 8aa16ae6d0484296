using Bulwark.Model.Enforcement;
using Bulwark.Model.Learning;
using Bulwark.Model.Observations;
using Bulwark.Model.Profiles;

namespace Bulwark.Model.Tests.Enforcement;

public sealed class ExplainerTests
{
    private static readonly ProfileKey ToDatabase = new(Direction.Out, Peer.Workload("shop/db"), new(Transport.Tcp, 5432));

    [Fact]
    public void A_blocked_attempt_is_told_with_who_whom_why_and_what_to_do()
    {
        var profile = Learner.Allow(new("shop/web"), ToDatabase with { Port = new(Transport.Tcp, 5433) }, default);
        profile = Learner.Allow(profile, ToDatabase with { Peer = Peer.Workload("blog/db") }, default);
        var explanation = Explainer.Explain(Attempt() with { Executable = "/usr/bin/psql", ProcessId = 7, Container = "web-1" }, profile);
        Assert.Equal(
            "shop/web (/usr/bin/psql) was blocked from talking to shop/db on 5432/tcp: no entry in the profile of shop/web allows it.",
            explanation.Message);
        Assert.Equal("The client was container web-1 of shop/web, /usr/bin/psql (process 7); the server shop/db.", explanation.Paragraphs[1]);
        Assert.Equal(
            "The profile of shop/web has no entry -> shop/db 5432/tcp. Nearest are -> shop/db 5433/tcp (same peer, other port), "
            + "-> blog/db 5432/tcp (same port, other peer).", explanation.Paragraphs[2]);
        Assert.Equal("bulwark allow shop/web --to shop/db --port 5432/tcp", explanation.Hint);
    }

    [Fact]
    public void An_attempt_from_outside_is_allowed_with_from() =>
        Assert.Equal("bulwark allow shop/web --from range:203.0.113.5/32 --port 22/tcp", Explainer.AllowCommand(
            "shop/web", new(Direction.In, Peer.Address(System.Net.IPAddress.Parse("203.0.113.5")), new(Transport.Tcp, 22))));

    [Theory]
    [InlineData("a b; rm -rf /", "bulwark allow 'a b; rm -rf /' --to shop/db --port 5432/tcp")]
    [InlineData("it's", @"bulwark allow 'it'\''s' --to shop/db --port 5432/tcp")]
    [InlineData("$(id)", "bulwark allow '$(id)' --to shop/db --port 5432/tcp")]
    [InlineData("--all", "bulwark allow --to shop/db --port 5432/tcp -- --all")]
    [InlineData("a\nb", "")]
    [InlineData("a\u001b[2Jb", "")]
    public void A_hostile_name_does_nothing_in_a_shell(string workload, string expected) =>
        Assert.Equal(expected, Explainer.AllowCommand(workload, ToDatabase));

    [Fact]
    public void A_hostile_executable_does_nothing_in_a_terminal() =>
        Assert.Contains(@"(/tmp/\u{1B}[2J)", Explainer.Message(Attempt() with { Executable = "/tmp/\u001b[2J" }), StringComparison.Ordinal);

    [Fact]
    public void What_no_profile_can_allow_has_no_command()
    {
        var explanation = Explainer.Explain(Attempt() with { Reason = VerdictReason.SpoofedSource }, new("shop/web"));
        Assert.Equal("", explanation.Hint);
        Assert.Equal("No profile entry can allow this: the source address is none of the container's own.", explanation.Paragraphs[2]);
    }

    [Fact]
    public void Another_executable_is_told_who_may_and_allowed_by_name()
    {
        var profile = Learner.Allow(new("shop/web"), ToDatabase, default, "/usr/bin/app");
        var explanation = Explainer.Explain(Attempt() with { Reason = VerdictReason.Executable, Executable = "/bin/sh" }, profile);
        Assert.Equal("shop/web (/bin/sh) was blocked from talking to shop/db on 5432/tcp: the profile of shop/web allows it to other executables only.", explanation.Message);
        Assert.Equal("The profile of shop/web has the entry -> shop/db 5432/tcp for /usr/bin/app only.", explanation.Paragraphs[2]);
        Assert.Equal("bulwark allow shop/web --to shop/db --port 5432/tcp --executable /bin/sh", explanation.Hint);
    }

    [Fact]
    public void Another_executable_that_listens_is_told_who_may_and_allowed_by_name()
    {
        var profile = Learner.SetMode(Answered("/usr/sbin/nginx"), Mode.Protect, false, default);
        var explanation = Explainer.Explain(
            new(Verdict.Blocked, VerdictReason.Executable, "shop/web", FromProxy) { Executable = "/bin/nc", ProcessId = 7, Container = "web-1" }, profile);
        Assert.Equal("shop/web (/bin/nc) was blocked from listening on 80/tcp: the profile of shop/web has that port for other executables only.", explanation.Message);
        Assert.Equal("It was container web-1 of shop/web, /bin/nc (process 7).", explanation.Paragraphs[1]);
        Assert.Equal("Others reach shop/web on 80/tcp, where only /usr/sbin/nginx listened while it was learnt.", explanation.Paragraphs[2]);
        Assert.Equal("bulwark allow shop/web --from shop/proxy --port 80/tcp --executable /bin/nc", explanation.Hint);
    }

    [Theory]
    [InlineData(111, "portmap")]
    [InlineData(135, "dcerpc")]
    public void A_port_that_a_port_mapper_may_have_given_is_told_so(ushort port, string protocol)
    {
        var mapper = ToDatabase with { Port = new(Transport.Tcp, port) };
        var profile = Learner.Recognise(Learner.Allow(new("shop/web"), mapper, default), mapper, protocol, "");

        Assert.Contains("fixed port", Explainer.Explain(Attempt(), profile).Paragraphs[2], StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_listens_and_cannot_be_told_has_no_command() =>
        Assert.Equal("", Explainer.Hint(new(Verdict.Blocked, VerdictReason.Executable, "shop/web", FromProxy)));

    private static ProfileKey FromProxy => new(Direction.In, Peer.Workload("shop/proxy"), new(Transport.Tcp, 80));

    private static Profile Answered(string executable)
    {
        var thresholds = new LearningThresholds();
        return Enumerable.Range(0, 10).Aggregate(new Profile("shop/web"), (profile, i) =>
            Learner.Observe(profile, FromProxy, DateTimeOffset.UnixEpoch + i * thresholds.Interval, 1, executable, thresholds));
    }

    private static Attempt Attempt() => new(Verdict.Blocked, VerdictReason.NotInProfile, "shop/web", ToDatabase);
}
