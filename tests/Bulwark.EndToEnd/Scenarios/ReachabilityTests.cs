using Bulwark.EndToEnd.Harness;
using Bulwark.Model;

namespace Bulwark.EndToEnd.Scenarios;

/// <summary>
/// Nine services try each other on every port, over TCP and UDP, IPv4 and IPv6, on two networks: who is answered is what was learnt, and what
/// a person changed since.
/// </summary>
public sealed class ReachabilityTests(Stage stage) : IAsyncLifetime
{
    private readonly Neighbours _neighbours = new(stage.Host);

    // What the profiles should have: each end of each conversation.
    private readonly HashSet<(int Workload, Direction Direction, int Peer, string Port)> _profiles = [];
    private readonly HashSet<int> _onlyWatched = [];
    private BulwarkProcess? _bulwark;

    private BulwarkProcess Bulwark => _bulwark!;

    public async ValueTask InitializeAsync() => _bulwark = await BulwarkProcess.StartAsync(stage.Host, "town", Learning.Never);

    public async ValueTask DisposeAsync()
    {
        await _neighbours.RemoveAsync();
        if (_bulwark is not null)
            await _bulwark.DisposeAsync();
    }

    [Fact]
    public async Task Who_reaches_whom_is_what_was_learnt_and_after_a_change_what_was_changed()
    {
        await _neighbours.StartAsync();
        await LearnAsync();
        _ = (await Bulwark.RunAsync("mode", "--all", "protect")).Text;
        await CompareAsync("after what was learnt");

        await AllowAsync(0, 5, "7002/tcp");
        await AllowAsync(7, 2, "7001/udp");
        await ForgetAsync(1, 2, "7001/tcp");
        await ForgetAsync(4, 2, "7001/udp"); // learnt in both directions
        _ = (await Bulwark.RunAsync("mode", Neighbours.Workload(3), "audit")).Text;
        _onlyWatched.Add(3);
        await CompareAsync("after the changes");
    }

    // By one of several ways only; the others are learnt with it.
    private static bool IsUsual(Neighbours.Try conversation) =>
        ((conversation.Server - conversation.Client + Neighbours.Count) % Neighbours.Count, conversation.Port) switch
        {
            (1, "7001/tcp" or "7002/udp") or (2, "7001/udp") or (4, "7002/tcp") => true,
            (7, _) => true,
            _ => false,
        };

    private async Task LearnAsync()
    {
        var usual = Neighbours.All.Where(IsUsual).DistinctBy(each => (each.Client, each.Server, each.Port)).ToList();
        await Poll.UntilAsync(
            "all usual conversations are answered", TimeSpan.FromSeconds(30), async () => (await _neighbours.TryAsync(usual)).Count == usual.Count);
        foreach (var each in usual)
        {
            _profiles.Add((each.Client, Direction.Out, each.Server, each.Port));
            _profiles.Add((each.Server, Direction.In, each.Client, each.Port));
        }
        await Poll.UntilAsync("all usual conversations are learnt at both ends", TimeSpan.FromSeconds(20), async () =>
        {
            for (var workload = 0; workload < Neighbours.Count; workload++)
            {
                var learnt = (await Bulwark.ProfileAsync(Neighbours.Workload(workload))).Entries.Select(entry => (entry.Direction, entry.Peer, entry.Port));
                if (!_profiles.Where(each => each.Workload == workload).Select(each => (each.Direction, Neighbours.Workload(each.Peer), each.Port)).All(learnt.Contains))
                    return false;
            }
            return true;
        });
    }

    private async Task AllowAsync(int client, int server, string port)
    {
        _ = (await Bulwark.RunAsync("allow", Neighbours.Workload(client), "--to", Neighbours.Workload(server), "--port", port)).Text;
        _profiles.Add((client, Direction.Out, server, port));
        _profiles.Add((server, Direction.In, client, port));
    }

    // At both ends, in whichever direction.
    private async Task ForgetAsync(int workload, int peer, string port)
    {
        _ = (await Bulwark.RunAsync("forget", Neighbours.Workload(workload), "--peer", Neighbours.Workload(peer), "--port", port)).Text;
        _profiles.RemoveWhere(each => each.Port == port && ((each.Workload, each.Peer) == (workload, peer) || (each.Workload, each.Peer) == (peer, workload)));
    }

    private bool Expects(Neighbours.Try each) =>
        (_onlyWatched.Contains(each.Client) || _profiles.Contains((each.Client, Direction.Out, each.Server, each.Port)))
        && (_onlyWatched.Contains(each.Server) || _profiles.Contains((each.Server, Direction.In, each.Client, each.Port)));

    private async Task CompareAsync(string when)
    {
        var all = Neighbours.All.ToList();
        var answered = await _neighbours.TryAsync(all);
        var differences = all.Where(each => Expects(each) != answered.Contains(each))
            .Select(each => $"{each}: {(answered.Contains(each) ? "answered" : "not answered")}").ToList();
        if (differences.Count > 0)
            Assert.Fail($"{differences.Count} of {all.Count} cells differ {when}:\n{string.Join('\n', differences)}");
        Assert.Contains(all, Expects);
    }
}
