using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Bulwark.Images.Layers;

/// <summary>
/// Stands for a path in sets of all files of an image: sixteen bytes instead of a string, so that an image of a million files stays small. They
/// are the first half of a SHA-256, so that nobody can prepare two paths with one key: of the key of the directory and the name in it, so that
/// the keys of all directories of a path are there on the way.
/// </summary>
public readonly record struct PathKey(UInt128 Value)
{
    private const int KeyBytes = 16;
    private const int BytesOnStack = 1024;

    // Files come directory by directory.
    [ThreadStatic]
    private static string? t_directory;

    [ThreadStatic]
    private static PathKey t_directoryKey;

    /// <summary>The image's root.</summary>
    public static PathKey Root => default;

    public static PathKey Of(ReadOnlySpan<char> path)
    {
        var slash = path.LastIndexOf('/');
        return slash < 0 ? Root.Child(path) : OfDirectory(path[..slash]).Child(path[(slash + 1)..]);
    }

    /// <summary>The key of something in this directory.</summary>
    public PathKey Child(ReadOnlySpan<char> name)
    {
        var length = KeyBytes + name.Length * sizeof(char);
        var bytes = length <= BytesOnStack ? stackalloc byte[length] : new byte[length];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, Value);
        MemoryMarshal.AsBytes(name).CopyTo(bytes[KeyBytes..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return new(BinaryPrimitives.ReadUInt128LittleEndian(hash));
    }

    private static PathKey OfDirectory(ReadOnlySpan<char> directory)
    {
        if (directory.SequenceEqual(t_directory))
            return t_directoryKey;
        var key = Root;
        foreach (var part in directory.Split('/'))
            key = key.Child(directory[part]);
        (t_directory, t_directoryKey) = (directory.ToString(), key);
        return key;
    }
}
