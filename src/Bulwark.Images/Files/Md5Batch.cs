using System.Buffers;
using Bulwark.Images.Layers;
using Microsoft.Win32.SafeHandles;

namespace Bulwark.Images.Files;

/// <summary>
/// Files of a layer that wait to be hashed together. Only files of about the same size fill all lanes: small ones wait in memory, large ones in
/// temporary files.
/// </summary>
/// <param name="sums">Takes the sums.</param>
/// <param name="fail">Told of files whose sums cannot be taken, and why.</param>
internal sealed class Md5Batch(Dictionary<string, UInt128> sums, Action<string, string> fail) : IDisposable
{
    private const int SmallBytes = 512 << 10;
    private const int MostInMemory = 2 << 20;
    private const long MostOnDisk = 256L << 20;

    private readonly byte[] _memory = ArrayPool<byte>.Shared.Rent(MostInMemory);
    private readonly Dictionary<string, (int Offset, int Length)> _small = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (SafeFileHandle File, long Offset, long Length)> _large = new(StringComparer.Ordinal);
    private readonly List<FileStream> _files = [];
    private FileStream? _shared;
    private int _used;
    private long _sharedBytes;
    private long _onDisk;

    /// <exception cref="IOException">It is large, and there is no room for it on the disk.</exception>
    public void Add(string path, FileContent content)
    {
        if (content.Length <= SmallBytes)
            AddSmall(path, content.Bytes(SmallBytes).Span);
        else
            AddLarge(path, content);
    }

    /// <summary>Another file takes its place.</summary>
    public void Forget(string path)
    {
        _small.Remove(path);
        _large.Remove(path);
    }

    /// <summary>Hashes all that waits.</summary>
    public void Flush()
    {
        FlushSmall();
        FlushLarge();
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_memory);
        Close();
    }

    private void AddSmall(string path, ReadOnlySpan<byte> content)
    {
        if (_used + content.Length > MostInMemory)
            FlushSmall();
        content.CopyTo(_memory.AsSpan(_used));
        _small[path] = (_used, content.Length);
        _used += content.Length;
    }

    private void AddLarge(string path, FileContent content)
    {
        // Before it is added: others have yet to read what is added.
        if (_onDisk + content.Length > MostOnDisk)
            FlushLarge();
        if (content.TakeFile() is { } file)
        {
            _files.Add(file);
            _large[path] = (file.SafeFileHandle, 0, content.Length);
        }
        else
        {
            _shared ??= TemporaryFile.Open();
            RandomAccess.Write(_shared.SafeFileHandle, content.Bytes(int.MaxValue).Span, _sharedBytes);
            _large[path] = (_shared.SafeFileHandle, _sharedBytes, content.Length);
            _sharedBytes += content.Length;
        }
        _onDisk += content.Length;
    }

    private void FlushSmall()
    {
        var found = new UInt128[_small.Count];
        Md5Lanes.Hash(_memory, [.. _small.Values], found);
        foreach (var (path, sum) in _small.Keys.Zip(found))
            sums[path] = sum;
        _small.Clear();
        _used = 0;
    }

    private void FlushLarge()
    {
        if (_large.Count > 0)
        {
            try
            {
                var found = new UInt128[_large.Count];
                Md5Lanes.Hash(new Md5TextsInFiles([.. _large.Values]), found);
                foreach (var (path, sum) in _large.Keys.Zip(found))
                    sums[path] = sum;
            }
            catch (IOException e)
            {
                foreach (var path in _large.Keys)
                    fail(path, e.Message);
            }
        }
        Close();
    }

    private void Close()
    {
        _large.Clear();
        foreach (var file in _files)
            file.Dispose();
        _files.Clear();
        _shared?.Dispose();
        (_shared, _sharedBytes, _onDisk) = (null, 0, 0);
    }
}
