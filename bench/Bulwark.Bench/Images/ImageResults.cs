using System.Globalization;

namespace Bulwark.Bench.Images;

/// <summary>Writes the page of results: all of it, so that no number on it is written by hand.</summary>
internal sealed class ImageResults
{
    private readonly List<string> _scans = [];
    private readonly List<string> _memory = [];
    private readonly List<string> _rescans = [];
    private string _matching = "";
    private string _start = "";

    public int Rounds { get; init; }

    public required string Advisories { get; init; }

    public void AddScan(string what, long bytes, Spread floor, Spread ratio, Spread processor, Spread executable) => _scans.Add(Text(
        $"| {what}, {bytes >> 20:N0} MiB unpacked | {floor.Median:N2} s | {Range(executable)} | {Range(ratio)} | {Range(processor)} |"));

    public void AddMatching(int packages, int findings, Spread open, Spread match) => _matching = Text(
        $"""
        {packages:N0} packages (700 of Debian, 150 Go modules, 150 of npm) against {Advisories}: {Milliseconds(match)} for {findings:N0} findings.
        Before that the file is opened and its checksum checked, once a scan: {Milliseconds(open)}.
        """);

    public void AddStart(string what, Spread milliseconds) => _start = Text($"`{what}`: {Milliseconds(milliseconds)}.");

    public void AddExecutable(string what, Spread all, Spread resident, Spread processorSeconds) => _memory.Add(Text(
        $"| {what} | {all.Median:N0} MiB | {all.Low:N0} to {all.High:N0} | {resident.Median:N0} MiB | {processorSeconds.Median:N2} s | {processorSeconds.Low:N2} to {processorSeconds.High:N2} |"));

    public void AddRescan(string what, Spread seconds, Spread processorSeconds, Spread megabytes) => _rescans.Add(Text(
        $"| {what} | {seconds.Median:N2} s | {seconds.Low:N2} to {seconds.High:N2} | {processorSeconds.Median:N2} s | {megabytes.Median:N0} MiB |"));

    public void Write(string file) => File.WriteAllText(file, Text(
        $"""
        # What scanning an image costs

        Written by `bench/images` on {DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC. Linux {Results.KernelVersion()}, {Results.Processor()}, {Environment.ProcessorCount} cores.
        The load average was {Results.Load()} at the end, of which the measurement itself is about 2.

        The image is of real packages of Debian 12 in six layers: a base, compilers and Python, Node.js, Java, Go and Docker, databases and web servers.

        ## The first scan

        Against the floor: what it takes only to unpack the layers and to take their digests, by the same runtime, as many at a time. Floor and scans
        take turns, {Rounds} times after one to warm up; ratios are those of one turn, median (middle half). The file is in the page cache.
        "The executable" is all of `bulwark scan`, with YARA if libyara is there, from its start to its end; "within" is a scan within the floor's process, without it.

        | | floor | the executable, to the floor | within, to the floor | its processor time, to the floor's |
        |---|---|---|---|---|
        {string.Join('\n', _scans)}

        Floor and scan within are compiled just in time, for this very processor; the executable is compiled ahead of time, for every one.

        ## The executable

        The most that it and YARA's process have in memory together (PSS: what they share counts once), the most that one of its processes has resident
        (`ru_maxrss`), and the time that it takes of processors, median and middle half of 5.

        | | memory | spread | resident | processor time | spread |
        |---|---|---|---|---|---|
        {string.Join('\n', _memory)}

        ## A scan of layers that are known

        The executable from its start to its end, with the same advisories; median and middle half of 5.

        | | median | spread | processor time | memory |
        |---|---|---|---|---|
        {string.Join('\n', _rescans)}

        ## Matching

        {_matching}

        ## Start

        {_start}

        """));

    private static string Range(Spread ratio) => Text($"{ratio.Median:N2} ({ratio.Low:N2} to {ratio.High:N2})");

    private static string Milliseconds(Spread time) => Text($"{time.Median:N1} ms (median; middle half {time.Low:N1} to {time.High:N1})");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
