using System.Globalization;
using System.Net;
using Bulwark.Model;
using Bulwark.Model.Profiles;

namespace Bulwark.Kernel.Tests.Reachability;

/// <summary>
/// Truth tables in the manner of Kubernetes' network policy tests and Cyclonus: every workload tries every other on every port, protocol
/// and IP version, before and after each change of a profile, and the whole table must be as the profiles say.
/// </summary>
public sealed class ReachabilityTests(ITestOutputHelper output)
{
    private const int Workloads = 9;
    private const int Changes = 25;

    private static readonly ServerPort[] s_ports =
    [
        .. from transport in (Transport[])[Transport.Tcp, Transport.Udp, Transport.Sctp]
           from port in (ushort[])[80, 81, 5353, 50_000]
           select new ServerPort(transport, port),
    ];

    // All of them have the workloads' addresses inside, and none of them may open a workload.
    private static readonly Peer[] s_ranges = [Peer.Range(IPNetwork.Parse("10.0.0.0/8")), Peer.Range(IPNetwork.Parse("10.1.0.0/24")), Peer.Range(IPNetwork.Parse("fd00::/8"))];
    private static readonly Peer[] s_others = [.. s_ranges, Peer.Host, Peer.World, Peer.HostName("town.example.com"), Peer.Range(IPNetwork.Parse("10.1.0.0/16"))];

    /// <summary>BULWARK_TEST_SEED repeats a run.</summary>
    [Fact]
    public void Who_reaches_whom_is_what_the_profiles_say_before_and_after_every_change()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("BULWARK_TEST_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : Random.Shared.Next();
        output.WriteLine($"BULWARK_TEST_SEED={seed}");
        using var neighbours = new Neighbours(Workloads, s_ranges);
        var random = new RandomProfiles(seed, Workloads, s_ports, s_others);
        var profiles = random.Learnt();
        for (var i = 0; i < Workloads; i++)
            neighbours.Apply(i, profiles[i]);
        var seen = new Dictionary<Reach, int>();

        neighbours.Inside(() =>
        {
            for (var change = 0; change <= Changes; change++)
            {
                Compare(neighbours, profiles, $"after {change} changes with seed {seed}", seen);
                for (var i = change; i < change + 2; i++)
                {
                    var changed = i * 7 % Workloads;
                    profiles[changed] = random.Changed(profiles[changed]);
                    neighbours.Apply(changed, profiles[changed]);
                }
            }
        });

        output.WriteLine(string.Join(", ", seen.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}: {pair.Value}")));
        Assert.All(Enum.GetValues<Reach>(), reach => Assert.True(seen.GetValueOrDefault(reach) > 1000, $"too few: {reach}"));
    }

    private static IEnumerable<Cell> Cells() =>
        from client in Enumerable.Range(0, Workloads)
        from server in Enumerable.Range(0, Workloads)
        where client != server
        from port in s_ports
        from version in (int[])[4, 6]
        select new Cell(client, server, port, version);

    private static void Compare(Neighbours neighbours, IReadOnlyList<Profile> profiles, string when, Dictionary<Reach, int> seen)
    {
        var differences = new List<string>();
        foreach (var cell in neighbours.Kept)
        {
            // What is open goes on if and only if it could be opened now.
            var expected = TruthTable.Expected(profiles, cell) == Reach.Answered;
            var (toServer, toClient) = neighbours.Talk(cell);
            if (toServer != expected || toClient != expected)
                differences.Add($"{cell}, open: {(toServer ? "talks" : "is silent")}, {(toClient ? "is answered" : "is not answered")}");
        }
        foreach (var cell in Cells())
        {
            var (expected, actual) = (TruthTable.Expected(profiles, cell), neighbours.Open(cell));
            seen[actual] = seen.GetValueOrDefault(actual) + 1;
            if (actual != expected)
                differences.Add($"{cell}: {actual} instead of {expected}");
            else if (actual == Reach.Answered && cell.Port.Transport == Transport.Tcp)
                neighbours.Keep(cell);
        }
        neighbours.Refill();
        if (differences.Count > 0)
            Assert.Fail($"{differences.Count} cells differ {when}:\n{string.Join('\n', differences.Take(40))}");
    }
}
