using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Bulwark.Images.Files;

/// <summary>Texts that lie in temporary files.</summary>
internal sealed unsafe class Md5TextsInFiles((SafeFileHandle File, long Offset, long Length)[] texts) : Md5Texts
{
    private const int BufferBytes = 64 << 10;

    private readonly byte[][] _buffers = [.. Enumerable.Range(0, Md5Lanes.Lanes).Select(_ => GC.AllocateUninitializedArray<byte>(BufferBytes, pinned: true))];
    private readonly long[] _taken = new long[texts.Length];

    public override int Count => texts.Length;

    public override int Most => BufferBytes;

    public override long Length(int text) => texts[text].Length;

    /// <exception cref="IOException">The file cannot be read.</exception>
    public override byte* Next(int text, int lane, int length)
    {
        Read(text, _buffers[lane].AsSpan(0, length));
        return (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_buffers[lane]));
    }

    /// <exception cref="IOException">The file cannot be read.</exception>
    public override UInt128 Alone(int text)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        while (texts[text].Length - _taken[text] is var left and > 0)
        {
            var piece = _buffers[0].AsSpan(0, (int)Math.Min(BufferBytes, left));
            Read(text, piece);
            hash.AppendData(piece);
        }
        return FileDigest.Of(hash.GetHashAndReset());
    }

    private void Read(int text, Span<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            var read = RandomAccess.Read(texts[text].File, piece, texts[text].Offset + _taken[text]);
            if (read == 0)
                throw new EndOfStreamException();
            _taken[text] += read;
            piece = piece[read..];
        }
    }
}
