using System.Globalization;

namespace Bulwark.Bench;

/// <summary>Writes the page of results: all of it, so that no number on it is written by hand.</summary>
internal sealed class Results
{
    private readonly List<string> _traffic = [];
    private readonly List<string> _processor = [];
    private readonly List<string> _packets = [];
    private readonly List<string> _policies = [];
    private string _healing = "";
    private string _watching = "";

    public int Rounds { get; set; }

    public void AddTraffic(string kind, string unit, Spread none, IReadOnlyList<Spread> ratios) =>
        _traffic.Add(Text($"| {kind} | {none.Median:N1} {unit} | {string.Join(" | ", ratios.Select(Ratio))} |"));

    public void AddProcessor(string kind, Spread none, IReadOnlyList<Spread> ratios) =>
        _processor.Add(Text($"| {kind} | {none.Median / 1000:N1} µs | {string.Join(" | ", ratios.Select(Ratio))} |"));

    public void AddPacket(string setting, string packet, Spread nanoseconds) =>
        _packets.Add(Text($"| {setting} | {packet} | {nanoseconds.Median:N0} | {nanoseconds.Low:N0} to {nanoseconds.High:N0} |"));

    public void AddPolicy(string what, Spread milliseconds, double slowest) =>
        _policies.Add(Text($"| {what} | {milliseconds.Median:N2} | {milliseconds.Low:N2} to {milliseconds.High:N2} | {slowest:N2} |"));

    public void AddWatching(Spread rate, ulong lost, Spread seconds) => _watching = Text(
        $"""
        One thread let the programs see whole handshakes of new connections with 200 peers, as fast as it could: {rate.Median:N0} connections a second
        (median; middle half {rate.Low:N0} to {rate.High:N0}), and {lost:N0} events were lost. That is what this thread can do, not what the programs can. For 10,000
        connections the agent's observing thread took {seconds.Median * 1000:N0} ms of processor time (middle half {seconds.Low * 1000:N0} to {seconds.High * 1000:N0}).
        """);

    public void AddHealing(int times, Spread milliseconds) => _healing = Text(
        $"""
        {times} times the clsact queueing discipline was removed from an interface, and the programs with it. Until both were back it took
        {milliseconds.Median:N2} ms (median; middle half {milliseconds.Low:N2} to {milliseconds.High:N2}).
        """);

    public void Write(string file) => File.WriteAllText(file, Text(
        $"""
        # What the kernel programs cost

        Written by `bench/run` on {DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC. Linux {KernelVersion()}, {Processor()}, {Environment.ProcessorCount} cores.
        The load average was {Load()} at the end, of which the measurement itself is about 1 to 2.

        ## Conversations

        Two network namespaces on a bridge, one veth pair each, as Docker connects two containers, but without its NAT rules. The programs are at
        both veths, attached by {(Bulwark.Kernel.Attachment.PacketHooks.HasTcx ? "tcx" : "clsact")}, so each packet is judged for both ends; nftables judges it once. Packets of open connections go
        past the bridge, except in the column that says so. One client and one server with blocking sockets. Where they take turns, they share one core, as to
        wake another one takes a virtual machine longer than all the rest, and never the same; the agent's observing thread has the other.
        {Rounds} rounds of 0.12 seconds for each cell, the settings of a row one right after another, in another
        order each time. The ratio is against the same round without programs: median (middle half). Below 1 is slower.

        | conversation | without programs | nftables, 10 | nftables, 100,000 | learn | protect, 10 entries | the same, by the bridge | protect, 1,000 | protect, 100,000 |
        |---|---|---|---|---|---|---|---|---|
        {string.Join('\n', _traffic)}

        The names are netperf's: a stream over one connection; requests of one byte over one connection; a connection for each
        request; requests by datagram.

        ## Processor time

        The same conversations with client and server in one thread, and the processor time of that thread for one request, at both ends together,
        the kernel's work for the packets in it. Other load on the machine matters little here, nor does the waiting that real conversations
        do, in which the programs cost nothing; so this is the upper bound. {Rounds} rounds of 1,000 requests for each cell. The ratio is the
        time with to the time without programs, median (middle half). Above 1 is more.

        | conversation | without programs | nftables, 10 | nftables, 100,000 | learn | protect, 10 entries | the same, by the bridge | protect, 1,000 | protect, 100,000 |
        |---|---|---|---|---|---|---|---|---|
        {string.Join('\n', _processor)}

        ## One packet

        The kernel runs a program on a made-up packet and takes the time (`BPF_PROG_TEST_RUN`), in nanoseconds. The first two and the last: one packet
        half a million times, so caches are warm. A new connection: the median of 4,000 different ones, each timed alone, with the cost
        of the clock in it. Median and middle half of 15.

        | setting | packet of | ns | spread |
        |---|---|---|---|
        {string.Join('\n', _packets)}

        ## New connections watched

        {_watching}

        ## Policies

        From the call that brings a policy into force to its end: from then on every packet is judged by it. That is what `bulwark allow` waits
        for, too; its own start and the server's part are not in here.

        | | ms, median | middle half | slowest |
        |---|---|---|---|
        {string.Join('\n', _policies)}

        ## Repair

        {_healing}

        """));

    private static string Ratio(Spread ratio) => Text($"{ratio.Median:N3} ({ratio.Low:N3} to {ratio.High:N3})");

    internal static string KernelVersion() => File.ReadAllText("/proc/sys/kernel/osrelease").Trim();

    internal static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    internal static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
