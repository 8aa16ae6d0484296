using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Cache;

/// <summary>Reads what <see cref="CacheWriter"/> wrote. Takes no more memory than there are bytes, whatever they say.</summary>
internal ref struct CacheReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <exception cref="InvalidDataException">There are too few bytes, here and below.</exception>
    public long Number() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    public UInt128 Wide() => BinaryPrimitives.ReadUInt128LittleEndian(Take(CacheWriter.WideBytes));

    public ReadOnlySpan<PathKey> Keys() => MemoryMarshal.Cast<byte, PathKey>(Take(Count(CacheWriter.WideBytes) * CacheWriter.WideBytes));

    public byte[] Bytes() => Take(Count(1)).ToArray();

    public string Text() => Encoding.UTF8.GetString(Take(Count(1)));

    /// <summary>How many items follow.</summary>
    /// <param name="leastBytes">What each of them takes at least: a text has four bytes for its length.</param>
    public int Count(int leastBytes = sizeof(int))
    {
        var count = BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));
        return count >= 0 && count <= _rest.Length / leastBytes ? count : throw new InvalidDataException("it counts more than there is");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
            throw new InvalidDataException("it ends too early");
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
