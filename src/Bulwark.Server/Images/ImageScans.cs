using System.Collections.Immutable;
using System.Globalization;
using Bulwark.Images.Gate;
using Bulwark.Images.Jars;
using Bulwark.Images.Malware.Yara;
using Bulwark.Server.Configuration;
using Bulwark.Server.Engine;
using Bulwark.Server.Store;
using Microsoft.Extensions.Logging;

namespace Bulwark.Server.Images;

/// <summary>
/// Scans the images that run, one after the other, again when the advisories change, and first those that somebody waits for. Keeps what was
/// found by the image's id. For any thread.
/// </summary>
internal sealed partial class ImageScans
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_retry = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_keep = TimeSpan.FromDays(30);

    private readonly Database _database;
    private readonly StateWriter _state;
    private readonly ImageOptions _options;
    private readonly IImageScanner? _scanner;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TaskCompletionSource> _awaited = new(StringComparer.Ordinal);
    private ImmutableDictionary<string, ScannedImage> _images;

    /// <param name="scanner">Null if images are not scanned here.</param>
    public ImageScans(Database database, StateWriter state, ServerOptions options, IImageScanner? scanner, TimeProvider time, ILogger log)
    {
        (_database, _state, _options, _time, _log) = (database, state, options.Images, time, log);
        _scanner = options.Images.Scan ? scanner : null;
        Advisories = options.Images.Advisories;
        _images = database.Read(ImageTable.Load);
    }

    /// <summary>The file of advisories.</summary>
    public string Advisories { get; }

    /// <summary>Whether images are scanned at all.</summary>
    public bool IsOn => _scanner is not null;

    /// <summary>Whether there is a file of advisories.</summary>
    public bool HasAdvisories => File.Exists(Advisories);

    /// <summary>What is known of an image; null if it was not scanned yet.</summary>
    public ScannedImage? Find(string id) => Volatile.Read(ref _images).GetValueOrDefault(id);

    /// <summary>What is known of an image; if that is nothing, or that it could not be scanned, after a scan that comes to an end in time.</summary>
    public async Task<ScannedImage?> FindAsync(string id, TimeSpan wait, CancellationToken cancellation)
    {
        if (Find(id) is { Error.Length: 0 } known)
            return known;
        if (!IsOn || id.Length == 0)
            return null;
        Task scan;
        lock (_lock)
        {
            if (!_awaited.TryGetValue(id, out var awaited))
                _awaited[id] = awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);
            scan = awaited.Task;
        }
        await Task.WhenAny(scan, Task.Delay(wait, _time, cancellation)).ConfigureAwait(false);
        return Find(id);
    }

    /// <summary>Judges an image as <see cref="ImageGate"/> does, by what is known of it.</summary>
    public GateVerdict Judge(ScannedImage? image, IReadOnlyCollection<string> names, DateTimeOffset now) =>
        ImageGate.Judge(image, names, IsOn ? _options.Policy : _options.Policy with { Unscanned = false }, Exceptions().Rules, now);

    /// <summary>The exceptions, read anew. A file that cannot be read makes none, and is told.</summary>
    public IgnoreFile Exceptions()
    {
        try
        {
            var rules = File.Exists(_options.Exceptions) ? IgnoreFile.Parse(File.ReadLines(_options.Exceptions)) : new([]);
            ExceptionsProblem = "";
            return rules;
        }
        catch (Exception e) when (e is IgnoreFileException or IOException or UnauthorizedAccessException)
        {
            ExceptionsProblem = $"No exception for images counts, because {_options.Exceptions} cannot be used: {e.Message}. Correct it; it is read anew each time.";
            return new([]);
        }
    }

    /// <summary>What is wrong with the file of exceptions; empty if nothing is.</summary>
    public string ExceptionsProblem { get; private set; } = "";

    /// <summary>Scans until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (_scanner is null)
            return;
        using var look = new PeriodicTimer(s_look, TimeProvider.System);
        try
        {
            while (true)
            {
                while (Next(Stamp()) is { } id)
                    await ScanAsync(id, cancellation).ConfigureAwait(false);
                Forget();
                await look.WaitForNextTickAsync(cancellation).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The server ends.
        }
    }

    private string? Next(string stamp)
    {
        lock (_lock)
        {
            if (_awaited.Keys.FirstOrDefault() is { } awaited)
                return awaited;
        }
        return Running().FirstOrDefault(id => Find(id) is not { } known || known.Advisories != stamp || known.Form != ScannedImage.CurrentForm
            || (known.Error.Length > 0 && _time.GetUtcNow() - known.ScannedAt > s_retry));
    }

    private IEnumerable<string> Running() => _state.Published.Workloads.Values.SelectMany(workload => workload.Containers.Values)
        .Select(container => container.ImageDigest).Where(id => id.Length > 0).Distinct();

    private async Task ScanAsync(string id, CancellationToken cancellation)
    {
        var stamp = Stamp();
        ScannedImage? image = null;
        try
        {
            var report = await _scanner!.ScanAsync(id, Advisories, cancellation).ConfigureAwait(false);
            _database.Write(connection =>
            {
                image = ScannedImage.Of(report, id, stamp, finding => ImageTable.FixKnownSince(connection, finding, _time.GetUtcNow()));
                ImageTable.Save(connection, image);
                ExecutableTable.Save(connection, id, report.Executables?.Files ?? []);
            });
        }
        catch (ImageScanException e)
        {
            LogNotScanned(id, e.Message);
            image = new() { Id = id, ScannedAt = _time.GetUtcNow(), Advisories = stamp, Form = ScannedImage.CurrentForm, Error = e.Message };
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            // One that nobody foresaw, or a database that cannot be written, must not end all scans; what was found counts until the server ends.
            LogNotScanned(id, e.Message);
            image ??= new() { Id = id, ScannedAt = _time.GetUtcNow(), Advisories = stamp, Form = ScannedImage.CurrentForm, Error = e.Message };
        }
        if (image is not null)
            ImmutableInterlocked.AddOrUpdate(ref _images, id, image, (_, _) => image);
        lock (_lock)
        {
            if (_awaited.Remove(id, out var awaited))
                awaited.SetResult();
        }
    }

    // What has not run for long is scanned anew if it runs again.
    private void Forget()
    {
        var running = Running().ToHashSet(StringComparer.Ordinal);
        foreach (var (id, image) in Volatile.Read(ref _images))
        {
            if (running.Contains(id) || _time.GetUtcNow() - image.ScannedAt < s_keep)
                continue;
            ImmutableInterlocked.TryRemove(ref _images, id, out _);
            _database.Write(connection =>
            {
                ImageTable.Delete(connection, id);
                ExecutableTable.Delete(connection, id);
            });
        }
    }

    // What scans judge by. Each file is replaced as a whole when something in it changes.
    private string Stamp()
    {
        var stamps = new[] { StampOf(Advisories, "none"), StampOf(JarTable.PathBeside(Advisories), ""), RuleSet.StampOf(RuleSet.DefaultFolders) };
        return string.Join(' ', stamps.Where(stamp => stamp.Length > 0));
    }

    private static string StampOf(string path, string missing)
    {
        var file = new FileInfo(path);
        return file.Exists ? string.Create(CultureInfo.InvariantCulture, $"{file.LastWriteTimeUtc.Ticks}:{file.Length}") : missing;
    }

    [LoggerMessage(60, LogLevel.Warning, "The image {Image} could not be scanned: {Reason}")]
    private partial void LogNotScanned(string image, string reason);
}
