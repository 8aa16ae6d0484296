using System.Security.Cryptography;

namespace Bulwark.Images.Files;

/// <summary>Texts that lie behind each other in memory, which does not move.</summary>
internal sealed unsafe class Md5TextsInMemory(byte* start, (int Offset, int Length)[] texts) : Md5Texts
{
    private readonly int[] _taken = new int[texts.Length];

    public override int Count => texts.Length;

    public override int Most => int.MaxValue / Md5Lanes.BlockBytes * Md5Lanes.BlockBytes;

    public override long Length(int text) => texts[text].Length;

    public override byte* Next(int text, int lane, int length)
    {
        var next = start + texts[text].Offset + _taken[text];
        _taken[text] += length;
        return next;
    }

    public override UInt128 Alone(int text)
    {
        Span<byte> sum = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // Compared with what dpkg wrote, which is MD5.
        MD5.HashData(new ReadOnlySpan<byte>(start + texts[text].Offset, texts[text].Length), sum);
#pragma warning restore CA5351
        return FileDigest.Of(sum);
    }
}
