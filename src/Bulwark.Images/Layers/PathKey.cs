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

    // Files come directory by directory: the last one, and the keys of all directories on the way to it.
    [ThreadStatic]
    private static string? t_directory;

    [ThreadStatic]
    private static List<(int Length, PathKey Key)>? t_keys;

    [ThreadStatic]
    private static IncrementalHash? t_hash;

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
        // One that is kept takes three quarters of the time that one for each key would.
        var hashing = t_hash ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hashing.AppendData(bytes);
        hashing.GetHashAndReset(hash);
        return new(BinaryPrimitives.ReadUInt128LittleEndian(hash));
    }

    private static PathKey OfDirectory(ReadOnlySpan<char> directory)
    {
        var keys = t_keys ??= [];
        if (keys.Count > 0 && directory.SequenceEqual(t_directory))
            return keys[^1].Key;
        var common = directory.CommonPrefixLength(t_directory);
        // Only whole parts count: those that end where there is a slash, or nothing, in both.
        while (keys.Count > 0 && !(keys[^1].Length <= common && (keys[^1].Length == directory.Length || directory[keys[^1].Length] == '/')))
            keys.RemoveAt(keys.Count - 1);
        var (at, key) = keys.Count > 0 ? (keys[^1].Length + 1, keys[^1].Key) : (0, Root);
        while (at <= directory.Length)
        {
            var end = directory[at..].IndexOf('/') is var slash and >= 0 ? at + slash : directory.Length;
            key = key.Child(directory[at..end]);
            keys.Add((end, key));
            at = end + 1;
        }
        t_directory = directory.ToString();
        return key;
    }
}
