using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Bulwark.Images.Advisories.Store;

namespace Bulwark.Images.Jars;

/// <summary>Collects JARs and writes them as one file (<see cref="JarTableFormat"/>).</summary>
internal sealed class JarTableWriter : IDisposable
{
    // Sorted one by one: no list is ever very long.
    private const int Lists = 256;

    private readonly List<Jar>?[] _jars = new List<Jar>?[Lists];
    private readonly MemoryStream _strings = new();
    private readonly Dictionary<string, uint> _offsets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, uint>.AlternateLookup<ReadOnlySpan<char>> _known;

    public JarTableWriter() => _known = _offsets.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>JARs added so far.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a JAR. Of several with one digest the first counts.</summary>
    /// <param name="sha1">At least the first sixteen bytes.</param>
    /// <param name="name">What <see cref="Name"/> gave for group and artifact.</param>
    /// <param name="version">A text by <see cref="JarTableFormat.IsText"/>.</param>
    public void Add(ReadOnlySpan<byte> sha1, uint name, ReadOnlySpan<byte> version)
    {
        var at = String(version);
        var check = JarTableFormat.Check(sha1, At(name), At(at));
        (_jars[sha1[0]] ??= []).Add(new(BinaryPrimitives.ReadUInt128BigEndian(sha1), name, at, check));
        Count++;
    }

    /// <summary>Takes in the name of a package.</summary>
    /// <param name="name">Group, colon, artifact: a text by <see cref="JarTableFormat.IsText"/>.</param>
    public uint Name(ReadOnlySpan<byte> name) => String(name);

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <exception cref="AdvisoryFileException">It would be larger than such a file may be.</exception>
    public void WriteTo(string path, string origin, DateTimeOffset asOf, DateTimeOffset now) => MappedFile.Replace(path, file => Write(file, origin, asOf, now));

    public void Dispose() => _strings.Dispose();

    private void Write(FileStream file, string origin, DateTimeOffset asOf, DateTimeOffset now)
    {
        var originAt = String(Encoding.UTF8.GetBytes(origin));
        foreach (var list in _jars)
            Sort(list);
        var count = _jars.Sum(list => list?.Count ?? 0);
        var stringsAt = JarTableFormat.HeaderBytes + (long)count * JarTableFormat.JarBytes;
        var length = stringsAt + _strings.Length;
        if (length > MappedFile.LargestBytes)
            throw new AdvisoryFileException("the JARs do not fit into one file of 2 GiB");
        Span<byte> header = stackalloc byte[JarTableFormat.HeaderBytes];
        header.Clear();
        JarTableFormat.Mark.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header[MappedFile.LengthOffset..], length);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], now.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], asOf.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt32LittleEndian(header[48..], count);
        BinaryPrimitives.WriteUInt32LittleEndian(header[52..], originAt);
        BinaryPrimitives.WriteInt64LittleEndian(header[56..], JarTableFormat.HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header[64..], stringsAt);
        BinaryPrimitives.WriteInt64LittleEndian(header[72..], _strings.Length);
        var hash = MappedFile.Sum(header);
        file.Write(header);
        var part = new byte[JarTableFormat.JarBytes * 4096];
        foreach (var list in _jars)
        {
            foreach (var some in (list ?? []).Chunk(4096))
            {
                for (var index = 0; index < some.Length; index++)
                {
                    var jar = part.AsSpan(index * JarTableFormat.JarBytes);
                    BinaryPrimitives.WriteUInt128BigEndian(jar, some[index].Sha1);
                    BinaryPrimitives.WriteUInt32LittleEndian(jar[16..], some[index].Name);
                    BinaryPrimitives.WriteUInt32LittleEndian(jar[20..], some[index].Version);
                    BinaryPrimitives.WriteUInt32LittleEndian(jar[24..], some[index].Check);
                }
                var bytes = part.AsSpan(0, some.Length * JarTableFormat.JarBytes);
                hash.Append(bytes);
                file.Write(bytes);
            }
        }
        var strings = _strings.GetBuffer().AsSpan(0, (int)_strings.Length);
        hash.Append(strings);
        file.Write(strings);
        file.Position = MappedFile.ChecksumOffset;
        file.Write(hash.GetCurrentHash());
    }

    private static void Sort(List<Jar>? list)
    {
        if (list is null)
            return;
        // Sorting does not keep the order of equals, but names and versions lie in the order in which they came.
        list.Sort((one, other) => one.Sha1.CompareTo(other.Sha1) is not 0 and var order ? order : (one.Name, one.Version).CompareTo((other.Name, other.Version)));
        var kept = 0;
        for (var index = 0; index < list.Count; index++)
        {
            if (index == 0 || list[index].Sha1 != list[kept - 1].Sha1)
                list[kept++] = list[index];
        }
        list.RemoveRange(kept, list.Count - kept);
    }

    private uint String(ReadOnlySpan<byte> utf8)
    {
        Span<char> text = stackalloc char[JarTableFormat.LongestText];
        if (utf8.Length > text.Length)
            utf8 = utf8[..text.Length];
        text = text[..Encoding.UTF8.GetChars(utf8, text)];
        if (_known.TryGetValue(text, out var known))
            return known;
        var offset = (uint)_strings.Length;
        _known[text] = offset;
        if (utf8.Length >= 0x80)
            _strings.WriteByte((byte)(utf8.Length | 0x80));
        _strings.WriteByte((byte)(utf8.Length >= 0x80 ? utf8.Length >> 7 : utf8.Length));
        _strings.Write(utf8);
        return offset;
    }

    private ReadOnlySpan<byte> At(uint offset)
    {
        var strings = _strings.GetBuffer().AsSpan((int)offset);
        return strings[0] < 0x80 ? strings.Slice(1, strings[0]) : strings.Slice(2, strings[0] & 0x7f | strings[1] << 7);
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly record struct Jar(UInt128 Sha1, uint Name, uint Version, uint Check);
}
