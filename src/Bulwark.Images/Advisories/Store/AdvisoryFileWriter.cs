using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Bulwark.Images.Advisories.Store;

/// <summary>Collects advisories and writes them as one file (<see cref="AdvisoryFileFormat"/>).</summary>
public sealed class AdvisoryFileWriter : IDisposable
{
    private readonly MemoryStream _strings = new();
    private readonly Dictionary<string, int> _stringOffsets = new(StringComparer.Ordinal);
    private readonly MemoryStream _records = new();
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, WrittenSource> _sources = new(StringComparer.Ordinal);

    /// <summary>Advisories added so far.</summary>
    public int Count => _entries.Count;

    /// <summary>Names of sources that advisories were added of.</summary>
    public IEnumerable<string> Sources => _sources.Keys;

    public void Add(Advisory advisory)
    {
        var start = (int)_records.Length;
        Text(advisory.Id);
        Texts(advisory.Aliases);
        Number((uint)advisory.State);
        Number((uint)advisory.Severity);
        Number(advisory.ScoreTenths);
        Number((uint)SourceIndex(advisory));
        Number((uint)advisory.Ranges.Length);
        foreach (var range in advisory.Ranges)
        {
            Text(range.Introduced);
            Text(range.Fixed);
            Text(range.LastAffected);
        }
        Texts(advisory.Versions);
        Text(advisory.Summary);
        Text(advisory.Note);
        var key = AdvisoryFileFormat.Key(advisory.Ecosystem, advisory.Package);
        _entries.Add(new(XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(key)), String(key), start, (int)_records.Length - start));
    }

    /// <summary>How things stand, to <see cref="ReturnTo"/> when what follows turns out to be damaged.</summary>
    public AdvisoryFileMark Mark() => new(_entries.Count, _records.Length, _sources.ToDictionary(
        source => source.Key, source => source.Value with { Ecosystems = new(source.Value.Ecosystems, StringComparer.Ordinal) }, StringComparer.Ordinal));

    /// <summary>Forgets what was added since then.</summary>
    public void ReturnTo(AdvisoryFileMark mark)
    {
        _entries.RemoveRange(mark.Entries, _entries.Count - mark.Entries);
        _records.SetLength(mark.RecordBytes);
        _sources.Clear();
        foreach (var (name, source) in mark.Sources)
            _sources[name] = source with { Ecosystems = new(source.Ecosystems, StringComparer.Ordinal) };
    }

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <param name="sources">About each source that advisories were added of, and those that had none.</param>
    public void WriteTo(string path, IReadOnlyDictionary<string, SourceState> sources, DateTimeOffset now) =>
        MappedFile.Replace(path, file => Write(file, sources, now));

    public void Dispose()
    {
        _strings.Dispose();
        _records.Dispose();
    }

    private void Write(FileStream file, IReadOnlyDictionary<string, SourceState> sources, DateTimeOffset now)
    {
        // By hash, then by key: two packages of one hash lie side by side. Within a package the order is that of adding.
        var order = _entries.Select((entry, index) => (entry, index)).OrderBy(item => item.entry.Hash).ThenBy(item => item.entry.Key)
            .ThenBy(item => item.index).Select(item => item.entry).ToList();
        var records = _records.GetBuffer();
        using var packages = new MemoryStream();
        using var sorted = new MemoryStream();
        var count = 0;
        Span<byte> package = stackalloc byte[AdvisoryFileFormat.PackageBytes];
        for (var first = 0; first < order.Count;)
        {
            var end = first;
            BinaryPrimitives.WriteUInt64LittleEndian(package, order[first].Hash);
            BinaryPrimitives.WriteInt64LittleEndian(package[8..], sorted.Length);
            for (; end < order.Count && order[end].Key == order[first].Key; end++)
                sorted.Write(records, order[end].Start, order[end].Length);
            BinaryPrimitives.WriteInt32LittleEndian(package[16..], end - first);
            BinaryPrimitives.WriteInt32LittleEndian(package[20..], order[first].Key);
            packages.Write(package);
            first = end;
            count++;
        }
        var json = JsonSerializer.SerializeToUtf8Bytes(Described(sources), AdvisoryFileJson.Default.AdvisorySourceArray);
        Span<byte> header = stackalloc byte[AdvisoryFileFormat.HeaderBytes];
        header.Clear();
        AdvisoryFileFormat.Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], now.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt32LittleEndian(header[40..], count);
        BinaryPrimitives.WriteInt32LittleEndian(header[44..], order.Count);
        long at = AdvisoryFileFormat.HeaderBytes;
        at = Section(header[48..], at, json.Length);
        BinaryPrimitives.WriteInt64LittleEndian(header[64..], at);
        at += packages.Length;
        at = Section(header[72..], at, sorted.Length);
        at = Section(header[88..], at, _strings.Length);
        if (at > MappedFile.LargestBytes)
            throw new AdvisoryFileException("the advisories do not fit into one file of 2 GiB", "import fewer sources");
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], at);
        var hash = MappedFile.Sum(header);
        void Put(ReadOnlySpan<byte> bytes)
        {
            hash.Append(bytes);
            file.Write(bytes);
        }
        file.Write(header);
        Put(json);
        Put(packages.GetBuffer().AsSpan(0, (int)packages.Length));
        Put(sorted.GetBuffer().AsSpan(0, (int)sorted.Length));
        Put(_strings.GetBuffer().AsSpan(0, (int)_strings.Length));
        file.Position = MappedFile.ChecksumOffset;
        file.Write(hash.GetCurrentHash());
    }

    private AdvisorySource[] Described(IReadOnlyDictionary<string, SourceState> sources) =>
    [
        .. _sources.OrderBy(source => source.Value.Index).Select(source =>
        {
            var state = sources.GetValueOrDefault(source.Key, SourceState.Unknown);
            return new AdvisorySource(source.Key, state.Origin, state.AsOf, source.Value.Count, [.. source.Value.Ecosystems]) { Revision = state.Revision };
        }),
        .. sources.Where(source => !_sources.ContainsKey(source.Key))
            .Select(source => new AdvisorySource(source.Key, source.Value.Origin, source.Value.AsOf, 0, []) { Revision = source.Value.Revision }),
    ];

    private static long Section(Span<byte> header, long offset, long length)
    {
        BinaryPrimitives.WriteInt64LittleEndian(header, offset);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], length);
        return offset + length;
    }

    private int SourceIndex(Advisory advisory)
    {
        ref var source = ref CollectionsMarshal.GetValueRefOrAddDefault(_sources, advisory.Source, out var exists);
        if (!exists)
            source = new(_sources.Count - 1, 0, new(StringComparer.Ordinal));
        source = source with { Count = source.Count + 1 };
        source.Ecosystems.Add(advisory.Ecosystem);
        return source.Index;
    }

    private void Texts(IReadOnlyCollection<string> texts)
    {
        Number((uint)texts.Count);
        foreach (var text in texts)
            Text(text);
    }

    private void Text(string text) => Number((uint)String(text));

    private int String(string text)
    {
        ref var offset = ref CollectionsMarshal.GetValueRefOrAddDefault(_stringOffsets, text, out var exists);
        if (!exists)
        {
            offset = (int)_strings.Length;
            var bytes = Encoding.UTF8.GetBytes(text);
            Number(_strings, (uint)bytes.Length);
            _strings.Write(bytes);
        }
        return offset;
    }

    private void Number(uint value) => Number(_records, value);

    private static void Number(MemoryStream stream, uint value)
    {
        for (; value >= 0x80; value >>= 7)
            stream.WriteByte((byte)(value | 0x80));
        stream.WriteByte((byte)value);
    }

    private readonly record struct Entry(ulong Hash, int Key, int Start, int Length);
}
