using System.Buffers;

namespace Bulwark.Images.Files;

/// <summary>Small files of a layer that wait to be hashed together.</summary>
internal sealed class Md5Batch(Dictionary<string, UInt128> sums) : IDisposable
{
    private const int BatchBytes = 4 << 20;

    /// <summary>What is larger is hashed by itself: the others would have to wait for it.</summary>
    public const int LargestBytes = 1 << 20;

    private readonly byte[] _bytes = ArrayPool<byte>.Shared.Rent(BatchBytes);
    private readonly Dictionary<string, (int Offset, int Length)> _waiting = new(StringComparer.Ordinal);
    private int _used;

    public void Add(string path, ReadOnlySpan<byte> content)
    {
        if (_used + content.Length > BatchBytes)
            Flush();
        content.CopyTo(_bytes.AsSpan(_used));
        _waiting[path] = (_used, content.Length);
        _used += content.Length;
    }

    public void Forget(string path) => _waiting.Remove(path);

    public void Flush()
    {
        var (texts, found) = (_waiting.Values.ToArray(), new UInt128[_waiting.Count]);
        Md5Lanes.Hash(_bytes, texts, found);
        foreach (var (path, sum) in _waiting.Keys.Zip(found))
            sums[path] = sum;
        _waiting.Clear();
        _used = 0;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);
}
