using System.Text;
using Bulwark.Images.Archives;

namespace Bulwark.Images.Databases;

/// <summary>A row of a table of an <see cref="SqliteFile"/>: a list of its values' types and lengths, and then the values.</summary>
/// <param name="id">Its number in the table, which stands for a column of the type INTEGER PRIMARY KEY too.</param>
/// <param name="payload">As it is in the file.</param>
internal readonly struct SqliteRow(long id, byte[] payload)
{
    private const long Zero = 8;
    private const long One = 9;
    private const long FirstOfBytes = 12;

    public long Id => id;

    /// <summary>A blob, or a text as UTF-8. Empty where there is nothing, or a number.</summary>
    /// <exception cref="ArchiveException">The row is damaged, or has no such column.</exception>
    public ReadOnlySpan<byte> Bytes(int column)
    {
        var value = Value(column, out var type);
        return type >= FirstOfBytes ? value : [];
    }

    /// <inheritdoc cref="Bytes"/>
    public string Text(int column) => Encoding.UTF8.GetString(Bytes(column));

    /// <summary>A whole number.</summary>
    /// <exception cref="ArchiveException">The row is damaged, has no such column, or something else there.</exception>
    public long Integer(int column)
    {
        var bytes = Value(column, out var type);
        if (type is Zero or One)
            return type - Zero;
        if (bytes.IsEmpty || bytes.Length > sizeof(long) || type >= FirstOfBytes || type == 7)
            throw new ArchiveException("a row has no number where one is due");
        var value = (long)(sbyte)bytes[0];
        foreach (var part in bytes[1..])
            value = value << 8 | part;
        return value;
    }

    private ReadOnlySpan<byte> Value(int column, out long type)
    {
        ReadOnlySpan<byte> types = payload;
        var headerBytes = Varint(ref types);
        var headerRead = payload.Length - types.Length;
        if (headerBytes < headerRead || headerBytes > payload.Length)
            throw new ArchiveException("a row's header is damaged");
        types = payload.AsSpan(headerRead..(int)headerBytes);
        ReadOnlySpan<byte> values = payload.AsSpan((int)headerBytes);
        for (var index = 0; ; index++)
        {
            if (types.IsEmpty)
                throw new ArchiveException("a row has too few columns");
            type = Varint(ref types);
            var length = LengthOf(type);
            if (length > values.Length)
                throw new ArchiveException("a row is shorter than its header says");
            if (index == column)
                return values[..(int)length];
            values = values[(int)length..];
        }
    }

    private static long LengthOf(long type) => type switch
    {
        >= FirstOfBytes => (type - FirstOfBytes) / 2,
        >= 1 and <= 4 => type,
        5 => 6,
        6 or 7 => 8,
        0 or Zero or One => 0,
        _ => throw new ArchiveException("a row holds a value of an unknown type"),
    };

    /// <summary>Takes a number off the front: up to nine bytes, of which all but the last have their highest bit set.</summary>
    /// <exception cref="ArchiveException">It is cut off.</exception>
    public static long Varint(ref ReadOnlySpan<byte> bytes)
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
}
