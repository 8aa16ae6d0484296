using Bulwark.Model.Learning;
using Bulwark.Model.Profiles;
using Bulwark.Model.Simulation;

namespace Bulwark.Model.Tests.Simulation;

public sealed class SimulatorTests
{
    [Fact]
    public void What_the_profile_lacks_would_have_been_blocked()
    {
        var start = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var known = new ProfileKey(Direction.Out, Peer.Workload("shop/db"), new(Transport.Tcp, 5432));
        var unknown = known with { Port = new(Transport.Tcp, 22) };
        var profiles = new Dictionary<string, Profile> { ["shop/web"] = Learner.Allow(new("shop/web"), known, start) };
        var result = Simulator.Run(
            [
                new("shop/web", unknown, start.AddHours(2), 3), new("shop/web", known, start, 5), new("shop/web", unknown, start, 1),
                new("gone", known, start, 7),
            ], profiles);
        Assert.Equal((3, 16, 11), (result.Conversations, result.Connections, result.BlockedConnections));
        Assert.Equal(
            [
                new("gone", known, 7, start, start, "the workload has no profile"),
                new("shop/web", unknown, 4, start, start.AddHours(2), "no entry -> shop/db 22/tcp in the profile"),
            ], result.Blocked);
    }
}
