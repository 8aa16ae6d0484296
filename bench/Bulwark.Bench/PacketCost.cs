using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Bulwark.Kernel;
using Bulwark.Kernel.Native;

namespace Bulwark.Bench;

/// <summary>What the programs take for one packet: the kernel runs them on made-up ones and takes the time (BPF_PROG_TEST_RUN).</summary>
internal static unsafe class PacketCost
{
    public const byte Syn = 0x02, Ack = 0x10;
    private const int Repeat = 500_000;
    private const int Samples = 15;
    private const int SourcePort = 34; // offset
    private const ushort Port = Conversations.FirstPort + 1;

    private static ushort s_next = 1;

    public static void Measure(Stage stage, Results results)
    {
        stage.Put(Setting.None); // no real packet meanwhile
        foreach (var (setting, name) in ((Setting, string)[])[(Setting.Learn, "learn"), (Setting.Protect, "protect, 10 entries"), (Setting.ProtectMedium, "protect, 1,000 entries"), (Setting.ProtectLarge, "protect, 100,000 entries")])
        {
            stage.Put(setting);
            Establish(stage, 40_000);
            results.AddPacket(name, "an established connection, sent", Same(stage, "from_container", Tcp(true, 40_000, Ack)));
            results.AddPacket(name, "an established connection, received", Same(stage, "to_container", Tcp(false, 40_000, Ack)));
            results.AddPacket(name, "a new connection, allowed", New(stage));
            if (setting != Setting.Learn)
                results.AddPacket(name, "a new connection towards the container, blocked", Same(stage, "to_container", Tcp(false, 40_001, Syn)));
        }
    }

    private static void Establish(Stage stage, ushort client)
    {
        Run(stage, "from_container", Tcp(true, client, Syn), 1);
        Run(stage, "to_container", Tcp(false, client, Syn | Ack), 1);
        Run(stage, "from_container", Tcp(true, client, Ack), 1);
    }

    // Nanoseconds, of one packet again and again.
    private static Spread Same(Stage stage, string program, byte[] frame) =>
        Spread.Of(Enumerable.Range(0, Samples).Select(_ => (double)Run(stage, program, frame, Repeat)));

    // Each packet opens another connection and is answered, so that it does not count as a flood. Only the first packets' time counts;
    // the median of many, as each is timed on its own.
    private static Spread New(Stage stage) => Spread.Of(Enumerable.Range(0, Samples).Select(_ => Spread.Of(Enumerable.Range(0, 4000).Select(_ =>
    {
        s_next = (ushort)(s_next % 39_000 + 1);
        Run(stage, "to_container", Tcp(false, s_next, Syn | Ack), 1);
        Run(stage, "from_container", Tcp(true, s_next, 0x04 | Ack), 1); // ends what an earlier one left
        var taken = (double)Run(stage, "from_container", Tcp(true, s_next, Syn), 1);
        Run(stage, "to_container", Tcp(false, s_next, Syn | Ack), 1);
        Run(stage, "from_container", Tcp(true, s_next, Ack), 1);
        return taken;
    })).Median));

    /// <summary>Nanoseconds of one run, the mean of so many.</summary>
    public static uint Run(Stage stage, string program, byte[] frame, int repeat)
    {
        SocketBuffer context = new() { Interface = stage.ClientVeth };
        fixed (byte* data = frame)
        {
            var options = new LibBpf.TestRunOptions
            {
                Size = LibBpf.SizeOf<LibBpf.TestRunOptions>(),
                DataIn = data,
                DataSizeIn = (uint)frame.Length,
                ContextIn = &context,
                ContextSizeIn = (uint)sizeof(SocketBuffer),
                Repeat = repeat,
            };
            var result = LibBpf.TestRun(stage.Kernel.Program(program), &options);
            return result == 0 ? options.Duration : throw new KernelException($"run {program}", -result);
        }
    }

    /// <summary>A TCP packet between the client and the server, as it passes the client's interface.</summary>
    public static byte[] Tcp(bool sent, ushort client, byte flags)
    {
        var frame = new byte[14 + 20 + 20];
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), 0x0800);
        frame[14] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(16), 40);
        frame[22] = 64;
        frame[23] = 6;
        (sent ? Stage.ClientAddress : Stage.ServerAddress).TryWriteBytes(frame.AsSpan(26), out _);
        (sent ? Stage.ServerAddress : Stage.ClientAddress).TryWriteBytes(frame.AsSpan(30), out _);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(SourcePort), sent ? client : Port);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(SourcePort + 2), sent ? Port : client);
        frame[46] = 5 << 4;
        frame[47] = flags;
        return frame;
    }

    // struct __sk_buff (linux/bpf.h), of which a test run takes few fields.
    [StructLayout(LayoutKind.Explicit, Size = 192)]
    private struct SocketBuffer
    {
        [FieldOffset(40)]
        public uint Interface;
    }
}
