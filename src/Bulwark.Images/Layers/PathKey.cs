using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Bulwark.Images.Layers;

/// <summary>
/// Stands for a path in sets of all files of an image: sixteen bytes instead of a string, so that an image of a million files stays small. They
/// are the first half of the path's SHA-256, so that nobody can prepare two paths with one key.
/// </summary>
public readonly record struct PathKey(UInt128 Value)
{
    public static PathKey Of(ReadOnlySpan<char> path)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(path), hash);
        return new(BinaryPrimitives.ReadUInt128LittleEndian(hash));
    }
}
