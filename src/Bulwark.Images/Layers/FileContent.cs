using System.Buffers;
using Bulwark.Images.Archives;

namespace Bulwark.Images.Layers;

/// <summary>
/// The whole content of one file of an image, to be read in any order: in memory when it is small, else in a temporary file that has
/// no name from the image and goes away by itself.
/// </summary>
public sealed class FileContent : IDisposable
{
    private const int CopyBytes = 64 << 10;

    private readonly byte[]? _buffer;
    private readonly FileStream? _file;
    private bool _isTaken;

    private FileContent(byte[]? buffer, FileStream? file, long length)
    {
        _buffer = buffer;
        _file = file;
        Length = length;
    }

    /// <summary>In bytes.</summary>
    public long Length { get; }

    /// <summary>Takes a copy of all that <paramref name="source"/> has.</summary>
    /// <param name="memory">Where it lies if it is small enough; good for one file at a time.</param>
    public static FileContent Of(Stream source, long length, FileMemory memory)
    {
        if (length <= memory.Most)
        {
            var buffer = memory.Of((int)length);
            source.ReadExactly(buffer, 0, (int)length);
            return new(buffer, null, length);
        }
        var file = TemporaryFile.Open();
        try
        {
            source.CopyTo(file, 256 << 10);
            return new(null, file, length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Takes a copy of a source that does not tell, or not for sure, how much it has.</summary>
    /// <param name="most">In bytes.</param>
    /// <param name="count">Told how much was read, each time.</param>
    /// <exception cref="ArchiveException">It has more.</exception>
    public static FileContent Of(Stream source, long most, ArchiveLimits limits, Action<int> count)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        var memory = new MemoryStream();
        FileStream? file = null;
        try
        {
            var length = 0L;
            while (source.Read(buffer) is var read and > 0)
            {
                count(read);
                if ((length += read) > most)
                    throw new ArchiveException($"what is in it is larger than {most >> 20} MiB");
                if (file is null && length > limits.FileBytesInMemory)
                {
                    file = TemporaryFile.Open();
                    memory.WriteTo(file);
                    memory = new();
                }
                ((Stream?)file ?? memory).Write(buffer, 0, read);
            }
            return new(file is null ? memory.GetBuffer() : null, file, length);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The content from its beginning. Only one such stream is good at a time.</summary>
    public Stream Open()
    {
        if (_buffer is not null)
            return new MemoryStream(_buffer, 0, (int)Length, writable: false);
        _file!.Position = 0;
        return new KeptOpenStream(_file);
    }

    /// <summary>All of it at once.</summary>
    /// <exception cref="ArchiveException">It has more than <paramref name="most"/> bytes.</exception>
    public ReadOnlyMemory<byte> Bytes(int most)
    {
        if (Length > most)
            throw new ArchiveException($"it is larger than {most >> 10} KiB");
        if (_buffer is not null)
            return _buffer.AsMemory(0, (int)Length);
        var bytes = new byte[Length];
        _file!.Position = 0;
        _file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The temporary file that it lies in, which the caller disposes of from now on; null if it lies in memory.</summary>
    internal FileStream? TakeFile()
    {
        _file?.Flush();
        _isTaken = true;
        return _file;
    }

    public void Dispose()
    {
        if (!_isTaken)
            _file?.Dispose();
    }

    /// <summary>Readers close what they are given; the temporary file must outlive each of them.</summary>
    private sealed class KeptOpenStream(FileStream file) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => true;
        public override bool CanWrite => false;
        public override long Length => file.Length;

        public override long Position
        {
            get => file.Position;
            set => file.Position = value;
        }

        public override int Read(byte[] buffer, int offset, int count) => file.Read(buffer, offset, count);

        public override int Read(Span<byte> buffer) => file.Read(buffer);

        public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
