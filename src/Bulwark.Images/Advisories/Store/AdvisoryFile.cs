using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace Bulwark.Images.Advisories.Store;

/// <summary>
/// Advisories in a file that is read in place (<see cref="AdvisoryFileFormat"/>). Several threads and processes may read it at once.
/// </summary>
public sealed class AdvisoryFile : IDisposable
{
    private const int ShortKey = 100;
    private const string Remake = "bulwark advisories update";

    private readonly MappedFile _file;
    private readonly int _packages;
    private readonly int _packagesOffset;
    private readonly (int Offset, int Length) _records;
    private readonly (int Offset, int Length) _strings;

    private AdvisoryFile(MappedFile file)
    {
        _file = file;
        var header = Bytes[..AdvisoryFileFormat.HeaderBytes];
        _packages = BinaryPrimitives.ReadInt32LittleEndian(header[40..]);
        Count = BinaryPrimitives.ReadInt32LittleEndian(header[44..]);
        _packagesOffset = (int)BinaryPrimitives.ReadInt64LittleEndian(header[64..]);
        _records = Section(header[72..]);
        _strings = Section(header[88..]);
        Written = DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(header[32..]));
        var (offset, size) = Section(header[48..]);
        Sources = [.. JsonSerializer.Deserialize(Bytes.Slice(offset, size), AdvisoryFileJson.Default.AdvisorySourceArray) ?? []];
        Ecosystems = Sources.SelectMany(source => source.Ecosystems).ToImmutableHashSet(StringComparer.Ordinal);
    }

    /// <summary>How many advisories there are.</summary>
    public int Count { get; }

    public DateTimeOffset Written { get; }

    public ImmutableArray<AdvisorySource> Sources { get; }

    /// <summary>Ecosystems that any source speaks about.</summary>
    public ImmutableHashSet<string> Ecosystems { get; }

    private ReadOnlySpan<byte> Bytes => _file.Bytes;

    /// <summary>Whether the file begins like one, of whatever version.</summary>
    public static bool IsOne(string path) => MappedFile.IsOne(path, AdvisoryFileFormat.Magic);

    /// <exception cref="AdvisoryFileException">There is none, it is of another version, or it is damaged.</exception>
    public static AdvisoryFile Open(string path)
    {
        var file = MappedFile.Open(path, AdvisoryFileFormat.Magic, "advisories", AdvisoryFileFormat.HeaderBytes, Remake);
        try
        {
            return file.HasRightSum() ? new(file) : throw MappedFile.Damaged(path, "its checksum is wrong", Remake);
        }
        catch (Exception e)
        {
            file.Dispose();
            throw e is JsonException or ArgumentException ? MappedFile.Damaged(path, e.Message, Remake) : e;
        }
    }

    /// <summary>All that is known about a package, in its ecosystem's normal spelling.</summary>
    public IReadOnlyList<Advisory> Find(string ecosystem, string package)
    {
        var key = AdvisoryFileFormat.Key(ecosystem, package);
        Span<byte> utf8 = key.Length <= ShortKey ? stackalloc byte[3 * ShortKey] : new byte[Encoding.UTF8.GetMaxByteCount(key.Length)];
        utf8 = utf8[..Encoding.UTF8.GetBytes(key, utf8)];
        var hash = XxHash64.HashToUInt64(utf8);
        var (low, high) = (0, _packages);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (BinaryPrimitives.ReadUInt64LittleEndian(PackageAt(middle)) < hash)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < _packages && BinaryPrimitives.ReadUInt64LittleEndian(PackageAt(low)) == hash; low++)
        {
            if (String(BinaryPrimitives.ReadInt32LittleEndian(PackageAt(low)[20..])).SequenceEqual(utf8))
                return Read(low, ecosystem, package);
        }
        return [];
    }

    /// <summary>Every advisory; for export and for building the next file out of this one.</summary>
    public IEnumerable<Advisory> All()
    {
        for (var index = 0; index < _packages; index++)
        {
            var key = Encoding.UTF8.GetString(String(BinaryPrimitives.ReadInt32LittleEndian(PackageAt(index)[20..]))).Split('\0', 2);
            foreach (var advisory in Read(index, key[0], key[^1]))
                yield return advisory;
        }
    }

    public void Dispose() => _file.Dispose();

    private static (int Offset, int Length) Section(ReadOnlySpan<byte> header) =>
        (checked((int)BinaryPrimitives.ReadInt64LittleEndian(header)), checked((int)BinaryPrimitives.ReadInt64LittleEndian(header[8..])));

    private ReadOnlySpan<byte> PackageAt(int index) => Bytes.Slice(_packagesOffset + index * AdvisoryFileFormat.PackageBytes, AdvisoryFileFormat.PackageBytes);

    private ReadOnlySpan<byte> String(int offset)
    {
        var strings = Bytes.Slice(_strings.Offset, _strings.Length)[offset..];
        var cursor = new Cursor(strings);
        var length = (int)cursor.Number();
        return strings.Slice(cursor.Position, length);
    }

    private List<Advisory> Read(int index, string ecosystem, string package)
    {
        var entry = PackageAt(index);
        var count = BinaryPrimitives.ReadInt32LittleEndian(entry[16..]);
        var cursor = new Cursor(Bytes.Slice(_records.Offset, _records.Length)[(int)BinaryPrimitives.ReadInt64LittleEndian(entry[8..])..]);
        var found = new List<Advisory>(count);
        for (; count > 0; count--)
        {
            found.Add(new()
            {
                Ecosystem = ecosystem,
                Package = package,
                Id = Text(ref cursor),
                Aliases = Texts(ref cursor),
                State = (AdvisoryState)cursor.Number(),
                Severity = (Severity)cursor.Number(),
                ScoreTenths = (byte)cursor.Number(),
                Source = Sources[(int)cursor.Number()].Name,
                Ranges = Ranges(ref cursor),
                Versions = Texts(ref cursor),
                Summary = Text(ref cursor),
                Note = Text(ref cursor),
            });
        }
        return found;
    }

    private ImmutableArray<VersionRange> Ranges(ref Cursor cursor)
    {
        var ranges = ImmutableArray.CreateBuilder<VersionRange>((int)cursor.Number());
        while (ranges.Count < ranges.Capacity)
            ranges.Add(new(Text(ref cursor), Text(ref cursor), Text(ref cursor)));
        return ranges.MoveToImmutable();
    }

    private ImmutableArray<string> Texts(ref Cursor cursor)
    {
        var texts = ImmutableArray.CreateBuilder<string>((int)cursor.Number());
        while (texts.Count < texts.Capacity)
            texts.Add(Text(ref cursor));
        return texts.MoveToImmutable();
    }

    private string Text(ref Cursor cursor)
    {
        var text = String((int)cursor.Number());
        return text.IsEmpty ? "" : Encoding.UTF8.GetString(text);
    }

    private ref struct Cursor(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;

        public int Position { get; private set; }

        public uint Number()
        {
            uint value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var part = _bytes[Position++];
                value |= (uint)(part & 0x7f) << shift;
                if (part < 0x80)
                    return value;
            }
        }
    }
}
