using System.Buffers.Binary;
using System.Text;
using Bulwark.Images.Archives;

namespace Bulwark.Images.Packages.Rpm;

/// <summary>
/// Reads one table of an SQLite database (https://sqlite.org/fileformat2.html), and nothing else: a hostile database is no place for the
/// whole of SQLite.
/// </summary>
internal sealed class SqliteTable
{
    private const int HeaderBytes = 100;
    private const int DeepestTree = 32;
    private const int LargestSchema = 1 << 20;

    private readonly PagedFile _file;
    private readonly int _pageBytes;
    private readonly int _usableBytes;
    private readonly HashSet<uint> _seen = [];

    /// <exception cref="ArchiveException">It is no such database.</exception>
    public SqliteTable(PagedFile file)
    {
        _file = file;
        var header = file.Read(0, Math.Min(HeaderBytes, file.Length));
        if (header.Length < HeaderBytes || !header.AsSpan().StartsWith("SQLite format 3\0"u8))
            throw new ArchiveException("it is no SQLite database");
        _pageBytes = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(16)) is var size && size == 1 ? 65536 : size;
        _usableBytes = _pageBytes - header[20];
        if (_pageBytes < 512 || !System.Numerics.BitOperations.IsPow2(_pageBytes) || _usableBytes < 480)
            throw new ArchiveException("its pages have an impossible size");
    }

    /// <summary>One column of all rows of a table, as bytes.</summary>
    /// <exception cref="ArchiveException">It is damaged, or has no such table.</exception>
    public IEnumerable<byte[]> Column(string table, int column, int largest)
    {
        foreach (var payload in Rows(1, LargestSchema))
        {
            // type, name, tbl_name, rootpage, sql
            if (Encoding.UTF8.GetString(Value(payload, 0)) == "table" && Encoding.UTF8.GetString(Value(payload, 1)) == table)
                return Rows(checked((uint)Integer(Value(payload, 3))), largest).Select(row => Value(row, column).ToArray());
        }
        throw new ArchiveException($"it has no table {table}");
    }

    private IEnumerable<byte[]> Rows(uint root, int largest)
    {
        var pages = new Stack<(uint Page, int Depth)>();
        pages.Push((root, 0));
        while (pages.TryPop(out var next))
        {
            if (next.Depth > DeepestTree || !_seen.Add(next.Page))
                throw new ArchiveException("its pages lead in circles");
            var page = Page(next.Page);
            var start = next.Page == 1 ? HeaderBytes : 0;
            var cells = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(start + 3));
            var isLeaf = page[start] switch
            {
                0x0d => true,
                0x05 => false,
                _ => throw new ArchiveException("a page is none of a table"),
            };
            var pointers = start + (isLeaf ? 8 : 12);
            if (pointers + cells * 2 > _usableBytes)
                throw new ArchiveException("a page has more cells than room");
            if (!isLeaf)
                pages.Push((BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(start + 8)), next.Depth + 1));
            for (var index = cells - 1; index >= 0; index--)
            {
                var at = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(pointers + index * 2));
                if (at < pointers || at > _usableBytes - 4)
                    throw new ArchiveException("a cell lies outside of its page");
                if (!isLeaf)
                    pages.Push((BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(at)), next.Depth + 1));
                else
                    yield return Payload(page.AsSpan(0, _usableBytes)[at..], largest);
            }
        }
    }

    // What does not fit into a page goes on in a chain of others.
    private byte[] Payload(ReadOnlySpan<byte> cell, int largest)
    {
        var length = Varint(ref cell);
        _ = Varint(ref cell);
        if (length < 0 || length > largest || length > _file.Length)
            throw new ArchiveException("a row is larger than is reasonable");
        _file.Take(length);
        var most = _usableBytes - 35;
        if (length <= most)
            return cell.Length >= length ? cell[..(int)length].ToArray() : throw new ArchiveException("a row lies outside of its page");
        var least = (_usableBytes - 12) * 32 / 255 - 23;
        var local = least + (int)((length - least) % (_usableBytes - 4));
        if (local > most)
            local = least;
        if (cell.Length < local + 4)
            throw new ArchiveException("a row lies outside of its page");
        var payload = new byte[length];
        cell[..local].CopyTo(payload);
        var next = BinaryPrimitives.ReadUInt32BigEndian(cell[local..]);
        for (var filled = local; filled < length;)
        {
            var page = Page(next);
            var count = (int)Math.Min(length - filled, _usableBytes - 4);
            page.AsSpan(4, count).CopyTo(payload.AsSpan(filled));
            filled += count;
            next = BinaryPrimitives.ReadUInt32BigEndian(page);
        }
        return payload;
    }

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> payload, int column)
    {
        var types = payload;
        var headerBytes = Varint(ref types);
        var headerRead = payload.Length - types.Length;
        if (headerBytes < headerRead || headerBytes > payload.Length)
            throw new ArchiveException("a row's header is damaged");
        types = payload[headerRead..(int)headerBytes];
        var values = payload[(int)headerBytes..];
        for (var index = 0; ; index++)
        {
            if (types.IsEmpty)
                throw new ArchiveException("a row has too few columns");
            var length = LengthOf(Varint(ref types));
            if (length > values.Length)
                throw new ArchiveException("a row is shorter than its header says");
            if (index == column)
                return values[..(int)length];
            values = values[(int)length..];
        }
    }

    private static long LengthOf(long type) => type switch
    {
        >= 12 => (type - 12) / 2,
        >= 1 and <= 4 => type,
        5 => 6,
        6 or 7 => 8,
        0 or 8 or 9 => 0,
        _ => throw new ArchiveException("a row holds a value of an unknown type"),
    };

    private static long Integer(ReadOnlySpan<byte> bytes)
    {
        var value = 0L;
        foreach (var part in bytes)
            value = value << 8 | part;
        return value is >= 0 and <= uint.MaxValue ? value : throw new ArchiveException("it names an impossible page");
    }

    private static long Varint(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0L;
        for (var index = 0; index < 9; index++)
        {
            if (index >= bytes.Length)
                throw new ArchiveException("a number is cut off");
            if (index == 8)
                value = value << 8 | bytes[index];
            else
                value = value << 7 | (uint)(bytes[index] & 0x7f);
            if (index == 8 || bytes[index] < 0x80)
            {
                bytes = bytes[(index + 1)..];
                break;
            }
        }
        return value;
    }

    private byte[] Page(uint number) => number > 0 ? _file.Read((number - 1L) * _pageBytes, _pageBytes) : throw new ArchiveException("it names page 0");
}
