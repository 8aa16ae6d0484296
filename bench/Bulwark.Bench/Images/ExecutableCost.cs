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

    public static void Measure(TestedImage image, string executable, FullAdvisories advisories, ImageResults results)
    {
        results.AddStart("bulwark scan --help, to its first output", Spread.Of(Enumerable.Range(0, Starts).Select(_ => FirstOutput(executable, "scan", "--help"))));
        var cache = Directory.CreateTempSubdirectory("bulwark-bench-cache-");
        try
        {
            string[] options = ["--advisories", advisories.Location, "-o", "json"];
            foreach (var (what, target) in ((string, string)[])[("OCI layout", image.Layout), ("saved archive", image.Saved)])
            {
                var first = Repeated(executable, ["scan", target, "--no-cache", .. options]);
                results.AddExecutable($"{what}, first scan", Spread.Of(first.Select(run => run.Megabytes)), Spread.Of(first.Select(run => run.ProcessorSeconds)));
                Run(executable, ["scan", target, "--cache", cache.FullName, .. options]);
                var again = Repeated(executable, ["scan", target, "--cache", cache.FullName, .. options]);
                results.AddRescan(what, Spread.Of(again.Select(run => run.Seconds)), Spread.Of(again.Select(run => run.ProcessorSeconds)), Spread.Of(again.Select(run => run.Megabytes)));
            }
        }
        finally
        {
            cache.Delete(recursive: true);
        }
    }

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

    private static List<(double Megabytes, double Seconds, double ProcessorSeconds)> Repeated(string executable, string[] arguments) =>
        [.. Enumerable.Range(0, Scans).Select(_ => Run(executable, arguments))];

    private static (double Megabytes, double Seconds, double ProcessorSeconds) Run(string executable, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("python3", ["-c", Measurer, executable, .. arguments]) { RedirectStandardOutput = true })!;
        var words = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        return (double.Parse(words[0], CultureInfo.InvariantCulture) / 1024, double.Parse(words[1], CultureInfo.InvariantCulture), double.Parse(words[2], CultureInfo.InvariantCulture));
    }
}
