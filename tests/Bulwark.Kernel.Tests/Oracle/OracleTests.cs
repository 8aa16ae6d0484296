using System.Globalization;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Tests.Harness;
using Bulwark.Model;

namespace Bulwark.Kernel.Tests.Oracle;

public sealed class OracleTests(ITestOutputHelper output)
{
    private const int PerRound = 10_000;
    private const int RefillEvery = 100; // no limit on refusals is to be met

    /// <summary>BULWARK_TEST_PACKETS sets how many packets, BULWARK_TEST_SEED repeats a run.</summary>
    [Fact]
    public void The_programs_do_with_random_and_damaged_packets_what_the_oracle_says()
    {
        var packets = Number("BULWARK_TEST_PACKETS") ?? 20_000;
        var seed = Number("BULWARK_TEST_SEED") ?? Random.Shared.Next();
        output.WriteLine($"BULWARK_TEST_SEED={seed} BULWARK_TEST_PACKETS={packets}");
        var fates = new Dictionary<Fate, int>();
        for (var done = 0; done < packets; done += PerRound)
            Round(unchecked(seed + done), Math.Min(PerRound, packets - done), fates);

        output.WriteLine(string.Join(", ", fates.OrderBy(f => f.Key).Select(f => $"{f.Key}: {f.Value}")));
        // The packets are worth something only if they meet every fate.
        Assert.All(Enum.GetValues<Fate>(), fate => Assert.True(fates.GetValueOrDefault(fate) > packets / 50, $"too few: {fate}"));
    }

    private static void Round(int seed, int packets, Dictionary<Fate, int> fates)
    {
        using var trial = new PacketTrial();
        var random = new RandomPackets(seed);
        var oracle = new VerdictOracle(RandomPackets.Owners, RandomPackets.Ranges, PacketTrial.Web, PacketTrial.WebNumber);
        foreach (var (range, identity) in RandomPackets.Ranges)
            trial.Range(range.ToString(), identity.Value);
        for (var i = 0; i < packets; i++)
        {
            if (i == 0 || random.Chance(1))
            {
                var mode = random.Chance(80) ? Mode.Protect : random.Chance(50) ? Mode.Audit : Mode.Learn;
                var policy = random.Policy();
                trial.Put(mode, policy);
                oracle.Put(mode, policy);
            }
            if (i % RefillEvery == 0)
                trial.Refill();
            var (direction, frame) = random.Next();
            var cameIn = random.CameIn();
            var expected = oracle.Judge(frame, direction, cameIn != 0);
            var outcome = direction == Direction.Out ? trial.Send(frame) : trial.Receive(frame, cameIn: cameIn);
            var actual = outcome.Passed ? Fate.Pass : outcome.Refused ? Fate.Refuse : Fate.Drop;
            if (expected != actual)
                Assert.Fail($"packet {i} of the round with seed {seed}: {actual} instead of {expected}, {direction}: {Convert.ToHexString(frame)}");
            fates[actual] = fates.GetValueOrDefault(actual) + 1;
            if (i % RefillEvery == 0)
                CompareEvents(trial, oracle, seed, i);
        }
        CompareEvents(trial, oracle, seed, packets);
    }

    private static void CompareEvents(PacketTrial trial, VerdictOracle oracle, int seed, int packet)
    {
        var told = trial.Events().Where(e => e.Type == KernelEventType.Connection).Select(e => new VerdictOracle.Established(
            (Direction)e.Head.Direction, e.Head.Address.ToAddress(), e.Head.Transport, e.Head.ServerPort, (Verdict)e.Head.Verdict)).ToList();
        if (!told.SequenceEqual(oracle.Told))
            Assert.Fail($"by packet {packet} of the round with seed {seed}: told {string.Join(", ", told)} instead of {string.Join(", ", oracle.Told)}");
        oracle.Told.Clear();
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
