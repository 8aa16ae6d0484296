using System.Buffers.Binary;
using System.Text;

namespace Bulwark.Images.Tests.Harness;

/// <summary>
/// Writes rpm's databases in the forms that no current rpm writes: its own (ndb) and Berkeley DB, as their documentation describes them.
/// </summary>
internal static class RpmFiles
{
    public static byte[] Header(string name, string version, string release, uint epoch, string source, string directory, params string[] files)
    {
        var (index, store) = (new MemoryStream(), new MemoryStream());
        var tags = 0u;
        void Tag(uint tag, uint type, int count, byte[] value)
        {
            while (type == 4 && store.Length % 4 != 0)
                store.WriteByte(0);
            foreach (var number in (uint[])[tag, type, (uint)store.Length, (uint)count])
                index.Write(Word(number));
            store.Write(value);
            tags++;
        }
        Tag(1000, 6, 1, Text(name));
        Tag(1001, 6, 1, Text(version));
        Tag(1002, 6, 1, Text(release));
        if (epoch > 0)
            Tag(1003, 4, 1, Word(epoch));
        if (source.Length > 0)
            Tag(1044, 6, 1, Text(source));
        Tag(1116, 4, files.Length, new byte[files.Length * 4]);
        Tag(1117, 8, files.Length, [.. files.SelectMany(Text)]);
        Tag(1118, 8, 1, Text(directory));
        return [.. Word(tags), .. Word((uint)store.Length), .. index.ToArray(), .. store.ToArray()];
    }

    private static byte[] Text(string text) => [.. Encoding.UTF8.GetBytes(text), 0];

    private static byte[] Word(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return bytes;
    }

    public static byte[] NdbOf(byte[][] headers)
    {
        var file = new byte[4096 + headers.Sum(header => header.Length + 64)];
        var words = (int at, params uint[] values) =>
        {
            for (var index = 0; index < values.Length; index++)
                BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at + index * 4), values[index]);
        };
        "RpmP"u8.CopyTo(file);
        words(4, 0, 1, 1, (uint)headers.Length + 1);
        for (var slot = 32; slot < 4096; slot += 16)
            "Slot"u8.CopyTo(file.AsSpan(slot));
        var end = 4096;
        for (var index = 0; index < headers.Length; index++)
        {
            words(32 + index * 16 + 4, (uint)index + 1, (uint)end / 16, 1);
            "BlbS"u8.CopyTo(file.AsSpan(end));
            words(end + 4, (uint)index + 1, 1, (uint)headers[index].Length);
            headers[index].CopyTo(file, end + 16);
            end = (end + 16 + headers[index].Length + 12 + 15) / 16 * 16;
        }
        return file;
    }

    public static byte[] BerkeleyOf(byte[][] headers, bool isBigEndian)
    {
        const int PageBytes = 4096;
        var pages = new List<byte[]> { new byte[PageBytes], new byte[PageBytes] };
        void Word(byte[] page, int at, uint value)
        {
            if (isBigEndian)
                BinaryPrimitives.WriteUInt32BigEndian(page.AsSpan(at), value);
            else
                BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(at), value);
        }
        void Half(byte[] page, int at, int value)
        {
            if (isBigEndian)
                BinaryPrimitives.WriteUInt16BigEndian(page.AsSpan(at), (ushort)value);
            else
                BinaryPrimitives.WriteUInt16LittleEndian(page.AsSpan(at), (ushort)value);
        }
        Word(pages[0], 12, 0x061561);
        Word(pages[0], 20, PageBytes);
        pages[0][25] = 8;
        var hash = pages[1];
        hash[25] = 13;
        var (end, entries) = (PageBytes, 0);
        void Item(byte[] item)
        {
            end -= item.Length;
            item.CopyTo(hash, end);
            Half(hash, 26 + 2 * entries++, end);
        }
        // The highest number so far, then the packages: the small ones in place.
        Item([1, 0, 0, 0, 0]);
        Item([1, 0, 0, 0, 3]);
        foreach (var header in headers)
        {
            Item([1, 0, 0, 0, (byte)entries]);
            if (header.Length < 1000)
            {
                Item([1, .. header]);
                continue;
            }
            var item = new byte[12];
            item[0] = 3;
            Word(item, 4, (uint)pages.Count);
            Word(item, 8, (uint)header.Length);
            Item(item);
            for (var at = 0; at < header.Length;)
            {
                var page = new byte[PageBytes];
                var count = Math.Min(header.Length - at, PageBytes - 26);
                page[25] = 7;
                Half(page, 22, count);
                header.AsSpan(at, count).CopyTo(page.AsSpan(26));
                at += count;
                Word(page, 16, at < header.Length ? (uint)pages.Count + 1 : 0);
                pages.Add(page);
            }
        }
        Half(hash, 20, entries);
        return [.. pages.SelectMany(page => page)];
    }
}
