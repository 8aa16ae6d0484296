using System.Buffers.Binary;
using Bulwark.Images.Archives;

namespace Bulwark.Images.Databases;

/// <summary>
/// Reads the tables of an SQLite database (https://sqlite.org/fileformat2.html), and nothing else: a hostile database is no place for the
/// whole of SQLite.
/// </summary>
internal sealed class SqliteFile
{
    private const int HeaderBytes = 100;
    private const int DeepestTree = 32;
    private const int LargestSchema = 1 << 20;

    // Of an empty database it is 0.
    private const int Utf8 = 1;

    private readonly PagedFile _file;
    private readonly int _pageBytes;
    private readonly int _usableBytes;

    /// <exception cref="ArchiveException">It is no such database.</exception>
    public SqliteFile(PagedFile file)
    {
        _file = file;
        var header = file.Read(0, Math.Min(HeaderBytes, file.Length));
        if (header.Length < HeaderBytes || !header.AsSpan().StartsWith(Mark))
            throw new ArchiveException("it is no SQLite database");
        _pageBytes = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(16)) is var size && size == 1 ? 65536 : size;
        _usableBytes = _pageBytes - header[20];
        if (_pageBytes < 512 || !System.Numerics.BitOperations.IsPow2(_pageBytes) || _usableBytes < 480)
            throw new ArchiveException("its pages have an impossible size");
        if (BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(56)) > Utf8)
            throw new ArchiveException("its texts are not in UTF-8");
    }

    /// <summary>What every such database begins with.</summary>
    public static ReadOnlySpan<byte> Mark => "SQLite format 3\0"u8;

    /// <summary>All rows of a table.</summary>
    /// <param name="largest">Most bytes that a row may have.</param>
    /// <exception cref="ArchiveException">It is damaged, or has no such table.</exception>
    public IEnumerable<SqliteRow> Rows(string table, int largest) =>
        Rows(Described(table).Integer(3) is > 0 and <= uint.MaxValue and var root ? (uint)root : throw new ArchiveException("it names an impossible page"), largest);

    /// <summary>Where the columns of a table are in its rows.</summary>
    /// <exception cref="ArchiveException">It is damaged, or has no such table, or one of them is not there.</exception>
    public int[] Columns(string table, params string[] names)
    {
        var definition = Described(table).Text(4);
        var columns = definition[(definition.IndexOf('(', StringComparison.Ordinal) + 1)..].Split(',')
            .Select(column => column.Trim().Split(' ', 2)[0].Trim('"', '`', '[', ']')).ToList();
        return [.. names.Select(name => columns.IndexOf(name) is var index and >= 0 ? index : throw new ArchiveException($"its table {table} has no column {name}"))];
    }

    // type, name, tbl_name, rootpage, sql
    private SqliteRow Described(string table)
    {
        foreach (var row in Rows(1, LargestSchema))
        {
            if (row.Text(0) == "table" && row.Text(1) == table)
                return row;
        }
        throw new ArchiveException($"it has no table {table}");
    }

    private IEnumerable<SqliteRow> Rows(uint root, int largest)
    {
        var seen = new HashSet<uint>();
        var pages = new Stack<(uint Page, int Depth)>();
        pages.Push((root, 0));
        while (pages.TryPop(out var next))
        {
            if (next.Depth > DeepestTree || !seen.Add(next.Page))
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
                    yield return Row(page.AsSpan(0, _usableBytes)[at..], largest);
            }
        }
    }

    // What does not fit into a page goes on in a chain of others.
    private SqliteRow Row(ReadOnlySpan<byte> cell, int largest)
    {
        var length = SqliteRow.Varint(ref cell);
        var id = SqliteRow.Varint(ref cell);
        if (length < 0 || length > largest || length > _file.Length)
            throw new ArchiveException("a row is larger than is reasonable");
        _file.Take(length);
        var most = _usableBytes - 35;
        if (length <= most)
            return cell.Length >= length ? new(id, cell[..(int)length].ToArray()) : throw new ArchiveException("a row lies outside of its page");
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
        return new(id, payload);
    }

    private byte[] Page(uint number) => number > 0 ? _file.Read((number - 1L) * _pageBytes, _pageBytes) : throw new ArchiveException("it names page 0");
}
