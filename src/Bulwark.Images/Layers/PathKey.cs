using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Bulwark.Images.Layers;

/// <summary>
/// Stands for a path in sets of all files of an image: eight bytes instead of a string, so that an image of a million files stays small.
/// The hash has a seed of this process's own, so that nobody can prepare two paths with one key. Two of a million paths share one with
/// a chance of 1 to 37 million.
/// </summary>
public readonly record struct PathKey(ulong Value)
{
    private static readonly long s_seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));

    public static PathKey Of(ReadOnlySpan<char> path) => new(XxHash3.HashToUInt64(MemoryMarshal.AsBytes(path), s_seed));
}
