using System.Diagnostics;
using System.Globalization;

namespace Bulwark.Bench.Images;

/// <summary>What the shipped executable takes: to start, of memory, and for a scan of what it knows already.</summary>
internal static class ExecutableCost
{
    private const int Starts = 21;
    private const int Scans = 5;

    // Prints the largest resident size, in KiB, the time, and the processor's time of the only child.
    private const string Measurer = """
        import resource, subprocess, sys, time
        start = time.monotonic()
        subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        taken = time.monotonic() - start
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(usage.ru_maxrss, taken, usage.ru_utime + usage.ru_stime)
        """;

    // Prints the most that a process and its children have in memory together, in KiB: what they share counts once. It takes a processor for itself.
    private const string MemoryMeasurer = """
        import os, subprocess, sys, time
        def tree(process):
            yield process
            for thread in os.listdir(f"/proc/{process}/task"):
                for child in open(f"/proc/{process}/task/{thread}/children").read().split():
                    yield from tree(int(child))
        def resident():
            lines = (line for process in tree(started.pid) for line in open(f"/proc/{process}/smaps_rollup"))
            return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        started = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        most = 0
        while started.poll() is None:
            try:
                most = max(most, resident())
            except OSError:
                pass
            time.sleep(0.005)
        print(most)
        """;

    public static void Measure(TestedImage image, string executable, FullAdvisories advisories, ImageResults results)
    {
        results.AddStart("bulwark scan --help, to its first output", Spread.Of(Enumerable.Range(0, Starts).Select(_ => FirstOutput(executable, "scan", "--help"))));
        var cache = Directory.CreateTempSubdirectory("bulwark-bench-cache-");
        try
        {
            foreach (var (what, target) in ((string, string)[])[("OCI layout", image.Layout), ("saved archive", image.Saved)])
            {
                var first = Repeated(() => Scan(executable, target, "--no-cache", advisories));
                var all = Repeated(() => Python(MemoryMeasurer, [executable, .. Arguments(target, "--no-cache", advisories)])[0] / 1024);
                results.AddExecutable($"{what}, first scan", Spread.Of(all), Spread.Of(first.Select(run => run.Megabytes)), Spread.Of(first.Select(run => run.ProcessorSeconds)));
                Scan(executable, target, $"--cache={cache.FullName}", advisories);
                var again = Repeated(() => Scan(executable, target, $"--cache={cache.FullName}", advisories));
                results.AddRescan(what, Spread.Of(again.Select(run => run.Seconds)), Spread.Of(again.Select(run => run.ProcessorSeconds)), Spread.Of(again.Select(run => run.Megabytes)));
            }
        }
        finally
        {
            cache.Delete(recursive: true);
        }
    }

    /// <summary>One scan from the executable's start to its end.</summary>
    /// <param name="cache">The option that tells where the cache is.</param>
    public static (double Megabytes, double Seconds, double ProcessorSeconds) Scan(string executable, string target, string cache, FullAdvisories advisories)
    {
        var numbers = Python(Measurer, [executable, .. Arguments(target, cache, advisories)]);
        return (numbers[0] / 1024, numbers[1], numbers[2]);
    }

    private static string[] Arguments(string target, string cache, FullAdvisories advisories) => ["scan", target, cache, "--advisories", advisories.Location, "-o", "json"];

    private static double FirstOutput(string executable, params string[] arguments)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(executable, arguments) { RedirectStandardOutput = true })!;
        process.StandardOutput.Read();
        var taken = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return taken;
    }

    private static List<T> Repeated<T>(Func<T> run) => [.. Enumerable.Range(0, Scans).Select(_ => run())];

    private static double[] Python(string script, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("python3", ["-c", script, .. arguments]) { RedirectStandardOutput = true })!;
        var words = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        return [.. words.Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
    }
}
