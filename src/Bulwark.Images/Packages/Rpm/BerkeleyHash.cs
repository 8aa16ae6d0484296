using System.Buffers.Binary;
using Bulwark.Images.Archives;
using Bulwark.Images.Databases;

namespace Bulwark.Images.Packages.Rpm;

/// <summary>
/// Reads the values of a Berkeley DB hash (what rpm used until 4.15), without looking anything up: every page is gone over once. The format
/// is that of <c>db_page.h</c> of Berkeley DB 4.5 and later.
/// </summary>
internal sealed class BerkeleyHash
{
    private const uint HashMagic = 0x061561;
    private const int HeaderBytes = 26;
    private const int MetaBytes = 72;
    private const byte UnsortedHashPage = 2;
    private const byte HashPage = 13;
    private const byte OverflowPage = 7;
    private const byte InlineItem = 1;
    private const byte OverflowItem = 3;
    private const int OverflowItemBytes = 12;

    private readonly PagedFile _file;
    private readonly bool _isBigEndian;
    private readonly int _pageBytes;

    /// <exception cref="ArchiveException">It is no such file.</exception>
    public BerkeleyHash(PagedFile file)
    {
        _file = file;
        var meta = file.Read(0, Math.Min(MetaBytes, file.Length));
        if (!IsOne(meta))
            throw new ArchiveException("it is no Berkeley DB hash");
        _isBigEndian = BinaryPrimitives.ReadUInt32BigEndian(meta.AsSpan(12)) == HashMagic;
        var bytes = Word(meta, 20);
        if (bytes is < 512 or > 65536 || !System.Numerics.BitOperations.IsPow2(bytes))
            throw new ArchiveException("its pages have an impossible size");
        if (meta[24] != 0)
            throw new ArchiveException("it is encrypted");
        _pageBytes = (int)bytes;
    }

    public static bool IsOne(ReadOnlySpan<byte> head) => head.Length >= MetaBytes
        && (BinaryPrimitives.ReadUInt32LittleEndian(head[12..]) == HashMagic || BinaryPrimitives.ReadUInt32BigEndian(head[12..]) == HashMagic);

    /// <exception cref="ArchiveException">It is damaged.</exception>
    public IEnumerable<byte[]> Values(int largest)
    {
        var pages = _file.Length / _pageBytes;
        for (var number = 1L; number < pages; number++)
        {
            var page = _file.Read(number * _pageBytes, _pageBytes);
            if (page[25] is not (UnsortedHashPage or HashPage))
                continue;
            var entries = Half(page, 20);
            if (HeaderBytes + entries * 2 > _pageBytes)
                throw new ArchiveException("a page has more entries than room");
            // Keys and values take turns.
            for (var index = 1; index < entries; index += 2)
                yield return Item(page, index, largest);
        }
    }

    private byte[] Item(byte[] page, int index, int largest)
    {
        var start = Half(page, HeaderBytes + index * 2);
        // Items fill the page from its end, so that each goes on to where the one before begins.
        var end = Half(page, HeaderBytes + (index - 1) * 2);
        if (start < HeaderBytes || start >= end || end > _pageBytes)
            throw new ArchiveException("an entry lies outside of its page");
        var item = page.AsSpan(start, end - start);
        _file.Take(item.Length);
        return item[0] switch
        {
            InlineItem => item[1..].ToArray(),
            OverflowItem when item.Length >= OverflowItemBytes => Overflowing(Word(item, 4), Word(item, 8), largest),
            _ => throw new ArchiveException("an entry is of an unknown kind"),
        };
    }

    private byte[] Overflowing(uint first, uint length, int largest)
    {
        if (length > largest || length > _file.Length)
            throw new ArchiveException("a value is larger than is reasonable");
        _file.Take(length);
        var value = new byte[length];
        var next = first;
        for (var filled = 0; filled < length;)
        {
            var page = _file.Read((long)next * _pageBytes, _pageBytes);
            var count = Half(page, 22);
            if (next == 0 || page[25] != OverflowPage || count == 0 || count > _pageBytes - HeaderBytes || count > length - filled)
                throw new ArchiveException("a value's chain of pages is damaged");
            page.AsSpan(HeaderBytes, count).CopyTo(value.AsSpan(filled));
            filled += count;
            next = Word(page, 16);
        }
        return value;
    }

    private uint Word(ReadOnlySpan<byte> bytes, int offset) =>
        _isBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes[offset..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private int Half(ReadOnlySpan<byte> bytes, int offset) =>
        _isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes[offset..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);
}
