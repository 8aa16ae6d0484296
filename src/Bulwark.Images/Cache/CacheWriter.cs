using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Bulwark.Images.Layers;

namespace Bulwark.Images.Cache;

/// <summary>Writes what <see cref="CacheReader"/> reads.</summary>
internal sealed class CacheWriter(Stream stream)
{
    public const int WideBytes = 16;

    public void Number(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    public void Wide(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[WideBytes];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    /// <summary>As they lie in memory: little endian on all machines that Bulwark runs on.</summary>
    public void Keys(ReadOnlySpan<PathKey> keys)
    {
        Count(keys.Length);
        stream.Write(MemoryMarshal.AsBytes(keys));
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Count(bytes.Length);
        stream.Write(bytes);
    }

    public void Text(string text)
    {
        Span<byte> bytes = stackalloc byte[512];
        Bytes(Encoding.UTF8.TryGetBytes(text, bytes, out var length) ? bytes[..length] : Encoding.UTF8.GetBytes(text));
    }

    public void All<T>(IReadOnlyCollection<T> items, Action<T> write)
    {
        Count(items.Count);
        foreach (var item in items)
            write(item);
    }

    public void Each<T>(IReadOnlyDictionary<string, T> items, Action<T> write)
    {
        Count(items.Count);
        foreach (var (path, item) in items)
        {
            Text(path);
            write(item);
        }
    }

    private void Count(int count)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, count);
        stream.Write(bytes);
    }
}
