using System.Buffers.Binary;
using System.Diagnostics;
using Bulwark.Kernel.Layout;
using Bulwark.Kernel.Maps;

namespace Bulwark.Bench;

/// <summary>
/// How many new connections a second are watched, and what the agent's observing thread takes for them. The kernel runs the programs on
/// made-up handshakes (BPF_PROG_TEST_RUN), one after another from one thread, while the observing thread has the other cores.
/// </summary>
internal static class WatchingCost
{
    private const int Rounds = 5;
    private const int Peers = 200;
    private static readonly TimeSpan s_each = TimeSpan.FromSeconds(2);

    public static void Measure(Stage stage, Results results)
    {
        stage.Put(Setting.Learn);
        stage.Hooks.Detach(stage.ClientVeth); // no real packet meanwhile
        stage.Hooks.Detach(stage.ServerVeth);
        var (rates, costs, lost) = (new List<double>(), new List<double>(), 0ul);
        for (var round = 0; round < Rounds; round++)
        {
            Thread.Sleep(300);
            var (before, told, observed, start) = (Lost(stage), stage.Told, stage.Observed, Stopwatch.GetTimestamp());
            var opened = 0;
            while (Stopwatch.GetElapsedTime(start) < s_each)
                Open(stage, round, opened++);
            var taken = Stopwatch.GetElapsedTime(start);
            Thread.Sleep(300); // what is left is read
            rates.Add(opened / taken.TotalSeconds);
            costs.Add((stage.Observed - observed).TotalSeconds / opened * 10_000);
            lost += Lost(stage) - before;
            if (stage.Told - told < opened)
                throw new InvalidOperationException($"only {stage.Told - told} of {opened} connections were told of");
        }
        results.AddWatching(Spread.Of(rates), lost, Spread.Of(costs));
    }

    private static void Open(Stage stage, int round, int number)
    {
        var client = (ushort)(1024 + (number / Peers + round * 12_000) % 64_000);
        var peer = number % Peers;
        PacketCost.Run(stage, "from_container", Frame(true, client, peer, PacketCost.Syn), 1);
        PacketCost.Run(stage, "to_container", Frame(false, client, peer, PacketCost.Syn | PacketCost.Ack), 1);
        PacketCost.Run(stage, "from_container", Frame(true, client, peer, PacketCost.Ack), 1);
    }

    private static byte[] Frame(bool sent, ushort client, int peer, byte flags)
    {
        var frame = PacketCost.Tcp(sent, client, flags);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(sent ? 30 : 26), 0xC633_6400u + (uint)peer); // 198.51.100.0/24
        return frame;
    }

    private static ulong Lost(Stage stage)
    {
        var sum = 0ul;
        stage.Kernel.OpenCounters().TryRead(Counter.LostEvents, (in Counter _, PerCpuMap<Counter, ulong>.PerCpuValues values) =>
        {
            for (var cpu = 0; cpu < values.Count; cpu++)
                sum += values[cpu];
        });
        return sum;
    }
}
