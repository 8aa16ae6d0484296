using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Xml;
using Bulwark.Images.Advisories.Formats;
using Bulwark.Images.Advisories.Store;
using Bulwark.Images.Archives;

namespace Bulwark.Images.Advisories;

/// <summary>
/// Reads files of advisories, whatever their format, and makes the next advisory file: the sources that were read replace those of the
/// same name, all others stay.
/// </summary>
public sealed class AdvisoryImport(TimeProvider clock) : IDisposable
{
    // The Debian tracker has 70 MB, the largest of OSV's archives 200 MB packed.
    private const int LargestFile = 1 << 30;
    private const int LargestRecord = 64 << 20;

    private readonly AdvisoryFileWriter _writer = new();
    private readonly Dictionary<string, SourceState> _sources = new(StringComparer.Ordinal);

    // Sources that are as they were, and of others which vulnerabilities are said anew.
    private readonly Dictionary<string, DateTimeOffset> _unchanged = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlySet<string>> _amended = new(StringComparer.Ordinal);

    /// <summary>Advisories read so far.</summary>
    public int Count => _writer.Count;

    /// <summary>Packages that were passed over, since they are of ecosystems that Bulwark does not know.</summary>
    public int Skipped { get; private set; }

    /// <summary>Names of the sources read so far.</summary>
    public IEnumerable<string> Sources => _sources.Keys;

    /// <summary>Whether there is anything to write.</summary>
    public bool HasNews => _sources.Count > 0 || _unchanged.Count > 0;

    /// <summary>How things stand, to <see cref="ReturnTo"/> when what follows fails.</summary>
    public AdvisoryImportMark Mark() => new(_writer.Mark(), Skipped, new Dictionary<string, SourceState>(_sources), new Dictionary<string, DateTimeOffset>(_unchanged),
        new Dictionary<string, IReadOnlySet<string>>(_amended));

    /// <summary>Forgets what was read since then: half a source must not replace a whole one.</summary>
    public void ReturnTo(AdvisoryImportMark mark)
    {
        _writer.ReturnTo(mark.Written);
        Skipped = mark.Skipped;
        Replace(_sources, mark.Sources);
        Replace(_unchanged, mark.Unchanged);
        Replace(_amended, mark.Amended);
    }

    /// <summary>Takes over a source as it is in the file that is there: its place says that nothing has changed since.</summary>
    /// <param name="asOf">When that was asked.</param>
    public void Keep(string source, DateTimeOffset asOf) => _unchanged[source] = asOf;

    /// <summary>Takes over from the file that is there what a source says about all vulnerabilities but these, which were read anew or are withdrawn.</summary>
    public void Amend(string source, IReadOnlySet<string> ids, SourceState state)
    {
        _amended[source] = ids;
        _sources[source] = state;
    }

    /// <summary>Reads one file.</summary>
    /// <param name="origin">What to say later about where it came from.</param>
    /// <param name="fetched">
    /// When it was fetched from where it is kept up to date: then all of it was true. Null for a file of unknown age: its age is the newest
    /// date that it gives, or else that of the file itself.
    /// </param>
    /// <param name="revision">How its place names the state that was fetched (<see cref="AdvisorySource.Revision"/>).</param>
    /// <param name="skips">Of an archive: names of files to pass over.</param>
    /// <exception cref="AdvisoryFormatException">It is damaged, or of a format that is not known; nothing of it was taken.</exception>
    /// <exception cref="AdvisoryFileException">It is an export, and damaged.</exception>
    public void Read(
        string path, string origin, DateTimeOffset? fetched, CancellationToken cancel, string? revision = null, Predicate<string>? skips = null)
    {
        var mark = Mark();
        try
        {
            ReadFile(path, origin, fetched, revision, skips ?? (_ => false), cancel);
        }
        catch
        {
            ReturnTo(mark);
            throw;
        }
    }

    private void ReadFile(string path, string origin, DateTimeOffset? fetched, string? revision, Predicate<string> skips, CancellationToken cancel)
    {
        if (AdvisoryFile.IsOne(path))
        {
            ReadExport(path);
            return;
        }
        var (before, mayBeEmpty) = (Count, false);
        DateTimeOffset? newest = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        void Add(Advisory advisory)
        {
            if (advisory.Package.Length == 0 || advisory.Id.Length == 0)
                return;
            _writer.Add(advisory);
            seen.Add(advisory.Source);
        }
        void At(DateTimeOffset? date)
        {
            // A clock that is ahead somewhere must not make old data look fresh.
            if ((newest is null || date > newest) && date <= clock.GetUtcNow())
                newest = date;
        }
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
            mayBeEmpty = ReadContent(file, Add, At, skips, cancel);
        }
        catch (Exception e) when (e is JsonException or XmlException or ArchiveException or ZstdSharp.ZstdException or InvalidDataException or DecoderFallbackException or InvalidOperationException)
        {
            throw new AdvisoryFormatException($"{origin} cannot be understood: {e.Message}", e);
        }
        catch (AdvisoryFormatException e)
        {
            throw new AdvisoryFormatException($"{origin} cannot be understood: {e.Message}", e);
        }
        if (Count == before && !mayBeEmpty)
            throw new AdvisoryFormatException($"{origin} holds no advisory that Bulwark can use");
        var asOf = fetched ?? newest ?? File.GetLastWriteTimeUtc(path);
        foreach (var source in seen)
        {
            var known = _sources.GetValueOrDefault(source, SourceState.Unknown);
            _sources[source] = new(known.Origin.Length > 0 ? known.Origin : origin, asOf > known.AsOf ? asOf : known.AsOf, revision);
        }
    }

    /// <summary>Writes the file, taking over from the one that is there what was not read anew.</summary>
    /// <returns>How many advisories there are now.</returns>
    /// <exception cref="AdvisoryFileException">The file that is there is damaged.</exception>
    public int WriteTo(string path)
    {
        if (File.Exists(path))
        {
            using var existing = AdvisoryFile.Open(path);
            var kept = existing.Sources.Where(source => !_sources.ContainsKey(source.Name)).ToDictionary(source => source.Name);
            foreach (var advisory in existing.All())
            {
                if (kept.ContainsKey(advisory.Source) || (_amended.TryGetValue(advisory.Source, out var ids) && !ids.Contains(advisory.Id)))
                    _writer.Add(advisory);
            }
            foreach (var source in kept.Values)
                _sources[source.Name] = new(source.Origin, _unchanged.GetValueOrDefault(source.Name, source.AsOf), source.Revision);
        }
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _writer.WriteTo(path, _sources, clock.GetUtcNow());
        return _writer.Count;
    }

    public void Dispose() => _writer.Dispose();

    private void ReadExport(string path)
    {
        using var file = AdvisoryFile.Open(path);
        foreach (var advisory in file.All())
            _writer.Add(advisory);
        foreach (var source in file.Sources)
            _sources[source.Name] = new(source.Origin, source.AsOf, source.Revision);
    }

    private static void Replace<TValue>(Dictionary<string, TValue> values, IReadOnlyDictionary<string, TValue> by)
    {
        values.Clear();
        foreach (var (key, value) in by)
            values[key] = value;
    }

    /// <returns>Whether it may hold nothing of use: it is one of very many files, most of which are about something else.</returns>
    private bool ReadContent(Stream file, Action<Advisory> add, Action<DateTimeOffset?> at, Predicate<string> skips, CancellationToken cancel)
    {
        Span<byte> head = stackalloc byte[4];
        var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        if (head[..read] is [(byte)'P', (byte)'K', 3, 4])
        {
            ReadZip(file, add, at, cancel);
            return false;
        }
        if (head[..read] is [0x28, 0xb5, 0x2f, 0xfd])
        {
            ReadArchive(file, add, at, skips, cancel);
            return false;
        }
        using var unpacked = head[..read] is [0x1f, 0x8b, ..] ? new GZipStream(file, CompressionMode.Decompress) : file;
        return ReadText(Whole(unpacked), add, at, cancel);
    }

    // How Red Hat publishes all of its documents at once: a tar, packed with zstd.
    private void ReadArchive(Stream file, Action<Advisory> add, Action<DateTimeOffset?> at, Predicate<string> skips, CancellationToken cancel)
    {
        using var unpacked = new ZstdSharp.DecompressionStream(file);
        using var tar = new TarReader(unpacked, new());
        while (tar.Next() is { } entry)
        {
            cancel.ThrowIfCancellationRequested();
            if (entry.Kind != TarEntryKind.File || !entry.Name.EndsWith(".json", StringComparison.Ordinal) || skips(entry.Name))
                continue;
            if (entry.Size > LargestRecord)
                throw new AdvisoryFormatException($"{entry.Name} is larger than {LargestRecord >> 20} MiB");
            ReadDocument(Whole(new TarEntryStream(tar), LargestRecord), add, at);
        }
    }

    private void ReadZip(Stream file, Action<Advisory> add, Action<DateTimeOffset?> at, CancellationToken cancel)
    {
        using var zip = new ZipArchive(file, ZipArchiveMode.Read);
        foreach (var entry in zip.Entries)
        {
            cancel.ThrowIfCancellationRequested();
            if (!entry.Name.EndsWith(".json", StringComparison.Ordinal))
                continue;
            if (entry.Length > LargestRecord)
                throw new AdvisoryFormatException($"{entry.FullName} is larger than {LargestRecord >> 20} MiB");
            using var content = entry.Open();
            ReadDocument(Whole(content, LargestRecord), add, at);
        }
    }

    private bool ReadText(byte[] text, Action<Advisory> add, Action<DateTimeOffset?> at, CancellationToken cancel)
    {
        var start = text.AsSpan().IndexOfAnyExcept(" \t\r\n\uFEFF"u8) is var first and >= 0 ? first : 0;
        var content = text.AsSpan(start);
        if (content.StartsWith("["u8))
        {
            using var reader = new StreamReader(new MemoryStream(text));
            at(DebianList.Read(reader, add));
        }
        else if (content.StartsWith("CVE-"u8))
        {
            using var reader = new StreamReader(new MemoryStream(text));
            DebianCveList.Read(reader, add);
        }
        else if (content.StartsWith("#"u8) || content.StartsWith("cve,"u8))
            at(ExploitationLists.ReadLikelihood(content, add));
        else if (content.StartsWith("<"u8))
            at(ReadXml(text, start, add));
        else if (!content.StartsWith("{"u8))
        {
            throw new AdvisoryFormatException("it is none of: the Debian tracker's JSON, its lists (CVE, DSA, DLA), OSV (JSON, lines of JSON, zip), Alpine's secdb, "
                + "Red Hat's CSAF, Amazon's updateinfo, SUSE's OVAL, CISA's KEV, EPSS");
        }
        else if (IsLines(content))
        {
            foreach (var range in content.Split((byte)'\n'))
            {
                cancel.ThrowIfCancellationRequested();
                if (content[range].Trim(" \t\r"u8) is { IsEmpty: false } line)
                    ReadOsv(line, add, at);
            }
        }
        else
            return ReadDocument(text.AsMemory(start), add, at) == Shape.Csaf;
        return false;
    }

    private static DateTimeOffset? ReadXml(byte[] text, int start, Action<Advisory> add)
    {
        MemoryStream Open() => new(text, start, text.Length - start, writable: false);
        using var root = XmlReader.Create(Open(), new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        return root.MoveToContent() == XmlNodeType.Element && root.LocalName == SuseOval.Root ? SuseOval.Read(Open, add) : AmazonUpdates.Read(Open(), add);
    }

    private Shape ReadDocument(ReadOnlyMemory<byte> json, Action<Advisory> add, Action<DateTimeOffset?> at)
    {
        var shape = FirstProperty(json.Span);
        switch (shape)
        {
            case Shape.Osv:
                ReadOsv(json.Span, add, at);
                break;
            case Shape.Secdb:
                AlpineSecdb.Read(json.Span, add);
                break;
            case Shape.Csaf:
                at(RedHatCsaf.Read(json, add));
                break;
            case Shape.Exploited:
                at(ExploitationLists.ReadExploited(json.Span, add));
                break;
            default:
                DebianTracker.Read(json.Span, add);
                break;
        }
        return shape;
    }

    private void ReadOsv(ReadOnlySpan<byte> json, Action<Advisory> add, Action<DateTimeOffset?> at)
    {
        var (modified, skipped) = Osv.Read(json, add);
        at(modified);
        Skipped += skipped;
    }

    // Lines of JSON: the first line is a whole document, and another follows.
    private static bool IsLines(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        return end > 0 && text[..end].TrimEnd("\r "u8).EndsWith("}"u8) && text[(end + 1)..].TrimStart(" \t\r\n"u8).StartsWith("{"u8);
    }

    private static Shape FirstProperty(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("affected"u8) || reader.ValueTextEquals("schema_version"u8) || reader.ValueTextEquals("id"u8))
                return Shape.Osv;
            if (reader.ValueTextEquals("packages"u8) || reader.ValueTextEquals("distroversion"u8))
                return Shape.Secdb;
            if (reader.ValueTextEquals("document"u8))
                return Shape.Csaf;
            if (reader.ValueTextEquals("catalogVersion"u8))
                return Shape.Exploited;
            reader.Read();
            // The tracker's values are objects from the first one on; the others start with something short.
            if (reader.TokenType == JsonTokenType.StartObject)
                return Shape.DebianTracker;
            reader.Skip();
        }
        return Shape.Osv;
    }

    private static byte[] Whole(Stream stream, int most = LargestFile)
    {
        using var buffer = new MemoryStream();
        var part = new byte[64 << 10];
        while (stream.Read(part) is var read and > 0)
        {
            if (buffer.Length + read > most)
                throw new AdvisoryFormatException($"it is larger than {most >> 20} MiB");
            buffer.Write(part, 0, read);
        }
        return buffer.ToArray();
    }

    private enum Shape
    {
        Osv,
        Secdb,
        Csaf,
        Exploited,
        DebianTracker,
    }
}
