using System.Globalization;
using System.Text;
using Bulwark.Images.Archives;

namespace Bulwark.Images.Tests.Hostile;

/// <summary>A tar that is made while it is read, so that it may be of any size.</summary>
internal sealed class TarStream(IEnumerator<byte[]> blocks) : ForwardStream
{
    private byte[] _block = [];
    private int _at;

    public TarStream(IEnumerable<byte[]> blocks)
        : this(blocks.GetEnumerator())
    {
    }

    /// <summary>The header of an entry, with a right checksum.</summary>
    public static byte[] Header(string name, long size = 0, char kind = '0', Action<byte[]>? change = null)
    {
        var block = new byte[512];
        Encoding.UTF8.GetBytes(name).AsSpan(0, Math.Min(name.Length, 100)).CopyTo(block);
        "0000755\0"u8.CopyTo(block.AsSpan(100));
        "0000000\0"u8.CopyTo(block.AsSpan(108));
        "0000000\0"u8.CopyTo(block.AsSpan(116));
        Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0')).CopyTo(block, 124);
        block[156] = (byte)kind;
        "ustar\0"u8.CopyTo(block.AsSpan(257));
        change?.Invoke(block);
        block.AsSpan(148, 8).Fill((byte)' ');
        Encoding.ASCII.GetBytes(Convert.ToString(block.Sum(value => value), 8).PadLeft(6, '0') + "\0 ").CopyTo(block, 148);
        return block;
    }

    /// <summary>An entry with content, padded.</summary>
    public static byte[] Entry(string name, byte[] content, char kind = '0', Action<byte[]>? change = null) =>
        [.. Header(name, content.Length, kind, change), .. content, .. new byte[-content.Length & 511]];

    /// <summary>A PAX header with one record, for the entry that follows.</summary>
    public static byte[] Pax(string key, string value)
    {
        var rest = $" {key}={value}\n";
        var length = rest.Length + 1;
        while (length != rest.Length + length.ToString(CultureInfo.InvariantCulture).Length)
            length++;
        return Entry("pax", Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{length}{rest}")), 'x');
    }

    /// <summary>A GNU header with a long path, for the entry that follows.</summary>
    public static byte[] LongName(string path) => Entry("././@LongLink", [.. Encoding.UTF8.GetBytes(path), 0], 'L');

    public override int Read(Span<byte> buffer)
    {
        while (_at == _block.Length)
        {
            if (!blocks.MoveNext())
                return 0;
            (_block, _at) = (blocks.Current, 0);
        }
        var count = Math.Min(buffer.Length, _block.Length - _at);
        _block.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }
}
