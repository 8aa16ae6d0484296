using System.Collections.Immutable;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Configuration;
using Bulwark.Images.Executables;
using Bulwark.Images.Files;
using Bulwark.Images.Findings;
using Bulwark.Images.Layers;
using Bulwark.Images.Malware;
using Bulwark.Images.Malware.Engines;
using Bulwark.Images.Matching;
using Bulwark.Images.Packages;
using Bulwark.Images.Packages.Alpine;
using Bulwark.Images.Packages.Debian;
using Bulwark.Images.Packages.Languages;
using Bulwark.Images.Packages.Projects;
using Bulwark.Images.Packages.Rpm;
using Bulwark.Images.Running;
using Bulwark.Images.Secrets;
using Bulwark.Images.Sources;

namespace Bulwark.Images.Scanning;

/// <summary>Reads an image, finds what is installed, and says what is wrong. Nothing in the image is run, and nothing is fetched.</summary>
public static class ImageScanner
{
    /// <summary>What looks into the files of every image.</summary>
    internal static IFileAnalyser[] Analysers => AnalysersWith(new());

    private static IFileAnalyser[] AnalysersWith(FileHashes hashes) =>
    [
        new SmallDocuments(), new DpkgDatabase(), new DpkgFiles(), new ApkDatabase(), new RpmDatabase(), new NodePackages(), new PythonPackages(), new GemPackages(),
        new DotNetPackages(), new ComposerPackages(), new Programs(), new JavaArchives(), new SecretFiles(), hashes, new SuspiciousPrograms(), new SuspiciousScripts(),
    ];

    /// <param name="advisories">Null if there are none.</param>
    /// <exception cref="ImageException">The image cannot be read at all.</exception>
    public static async Task<ScanResult> ScanAsync(
        IImageSource source, AdvisoryFile? advisories, ScanOptions options, TimeProvider clock, CancellationToken cancel)
    {
        var image = await ReadAsync(source, options, DigestKind.None, cancel).ConfigureAwait(false);
        if (LacksDigests(image))
            image = await ReadAsync(source, options, DigestKind.All, cancel).ConfigureAwait(false);
        // What reading left behind would lie there while the rest is done, which takes as much again: the most that a scan takes.
        if (image.Layers.Any(layer => !layer.IsKnown))
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return await Task.Run(() => Judge(image, advisories, options, clock.GetUtcNow()), cancel).ConfigureAwait(false);
    }

    private static Task<Image> ReadAsync(IImageSource source, ScanOptions options, DigestKind digests, CancellationToken cancel) =>
        source.ReadAsync(new(
            [
                .. AnalysersWith(new(digests)),
                // A directory may hold a project that is yet to be built.
                .. source is DirectorySource ? [new LockFiles()] : (IFileAnalyser[])[],
                .. options.Engines.Select(engine => new EngineFiles(engine)),
            ],
            options.Limits, options.Cache), cancel);

    // Which checksums are taken goes by signs, which may have been of another package manager than the image's.
    private static bool LacksDigests(Image image)
    {
        var listed = image.Layers.Aggregate(DigestKind.None, (listed, layer) => listed | layer.Listed);
        return image.Layers.Any(layer => (listed & ~layer.Taken) != 0);
    }

    /// <summary>The part without any reading: the same image and advisories give the same result.</summary>
    internal static ScanResult Judge(Image image, AdvisoryFile? advisories, ScanOptions options, DateTimeOffset now)
    {
        var files = new ImageFileSystem(image);
        var owned = new OwnedFiles(files);
        var inventory = Inventory.Of(image, files, owned, options.Jars);
        var (vulnerabilities, unjudged) = Matcher.Match(inventory, advisories, options.LongestAge, now);
        if (image.Running is { } running)
            vulnerabilities = Used(vulnerabilities, new(files, running with { Files = running.Files.Union(options.RanBefore) }));
        var doubts = image.Doubts.Concat(image.Layers.SelectMany((layer, index) => layer.Doubts.Select(doubt => doubt with { Layer = index })))
            .Concat(options.Doubts).Concat(inventory.Doubts).Concat(unjudged);
        return new()
        {
            Name = image.Name,
            Id = image.Id,
            Origin = image.Origin,
            ScannedAt = now,
            Distribution = inventory.Distribution,
            Architecture = image.Configuration?.Architecture ?? "",
            Layers = [.. image.Layers.Select((layer, index) => new ScannedLayer(layer.DiffId, SecretScanner.Redact(image.HistoryOf(index))))],
            Bases = image.Bases,
            ClaimedBase = SecretScanner.Redact(image.ClaimedBase),
            Packages = inventory.Packages,
            Findings = Urgency.Ordered(vulnerabilities.Concat(SecretFindings.Of(image, files, owned)).Concat(ConfigurationFindings.Of(image, files))
                .Concat(FileFindings.Of(files, owned)).Concat(SuspicionFindings.Of(image, files))),
            CannotTell = [.. doubts.OrderByDescending(doubt => doubt.IsGrave).ThenBy(doubt => doubt.Kind)],
            Advisories = advisories?.Sources ?? [],
            Executables = options.ListsExecutables ? ImageExecutables.Of(image, files) : null,
            Engines = [.. options.Engines.Select(engine => new UsedEngine(engine.Name, engine.About))],
        };
    }

    private static ImmutableArray<Finding> Used(IEnumerable<Finding> vulnerabilities, UsedPackages used) =>
    [
        .. vulnerabilities.Select(finding => finding with { Vulnerability = finding.Vulnerability! with { Use = used.Of(finding.Vulnerability.Package) } }),
    ];
}
