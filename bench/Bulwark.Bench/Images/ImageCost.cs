using System.Diagnostics;
using Bulwark.Images.Scanning;
using Bulwark.Images.Sources;

namespace Bulwark.Bench.Images;

/// <summary>What a scan costs, against what it costs to read the image at all.</summary>
internal static class ImageCost
{
    private const int Rounds = 7;

    public static async Task<int> MeasureAsync(TestedImage image, string executable, string page)
    {
        using var advisories = new FullAdvisories();
        var results = new ImageResults { Rounds = Rounds, Advisories = advisories.Description };
        await ScanAsync("OCI layout, packed layers", () => Floor.Packed(image), () => new OciLayoutSource(image.Layout, new(image.Layout)), image.Layout, executable, advisories, results).ConfigureAwait(false);
        await ScanAsync("saved archive, plain layers", () => Floor.Plain(image), () => new ArchiveSource(image.Saved, new(image.Saved)), image.Saved, executable, advisories, results).ConfigureAwait(false);
        MatchingCost.Measure(advisories, results);
        ExecutableCost.Measure(image, executable, advisories, results);
        results.Write(page);
        return 0;
    }

    private static async Task ScanAsync(
        string what, Func<long> floor, Func<IImageSource> source, string target, string executable, FullAdvisories advisories, ImageResults results)
    {
        var (floors, scans, processors, executables) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        long bytes = 0;
        for (var round = -1; round < Rounds; round++)
        {
            var (floorTime, floorProcessor) = await TimedAsync(() => Task.FromResult(bytes = floor())).ConfigureAwait(false);
            var (scanTime, scanProcessor) = await TimedAsync(() =>
                ImageScanner.ScanAsync(source(), advisories.File, new(), TimeProvider.System, CancellationToken.None)).ConfigureAwait(false);
            var (_, executableTime, _) = ExecutableCost.Scan(executable, target, "--no-cache", advisories);
            // The first round compiles.
            if (round < 0)
                continue;
            floors.Add(floorTime);
            scans.Add(scanTime / floorTime);
            processors.Add(scanProcessor / floorProcessor);
            executables.Add(executableTime / floorTime);
        }
        results.AddScan(what, bytes, Spread.Of(floors), Spread.Of(scans), Spread.Of(processors), Spread.Of(executables));
    }

    private static async Task<(double Seconds, double Processor)> TimedAsync<T>(Func<Task<T>> what)
    {
        GC.Collect();
        var (start, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        await what().ConfigureAwait(false);
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
    }
}
