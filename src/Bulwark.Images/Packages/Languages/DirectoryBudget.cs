using Bulwark.Images.Archives;

namespace Bulwark.Images.Packages.Languages;

/// <summary>Passes reads through, and stops who reads more than some bytes before <see cref="End"/>: of a zip, its list of what is in it.</summary>
internal sealed class DirectoryBudget(Stream inner, long most) : Stream
{
    private long _read;
    private bool _isOver;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => inner.Position = value;
    }

    /// <summary>From here on reads are free.</summary>
    public void End() => _isOver = true;

    /// <exception cref="ArchiveException">It is more than was to be read.</exception>
    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        if (!_isOver && (_read += read) > most)
            throw new ArchiveException($"the list of what is in it is larger than {most >> 20} MiB");
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
