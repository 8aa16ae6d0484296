using Bulwark.Images.Archives;

namespace Bulwark.Images.Sources;

/// <summary>A part of a stream, that can be read while others read other parts of it.</summary>
internal sealed class StreamPiece(Stream whole, long offset, long length) : ForwardStream
{
    private long _at;

    public override int Read(Span<byte> buffer)
    {
        buffer = buffer[..(int)Math.Min(buffer.Length, length - _at)];
        if (buffer.IsEmpty)
            return 0;
        var read = ReadAt(buffer, offset + _at);
        // It was all there a moment ago.
        if (read == 0)
            throw new ArchiveException("it ends in the middle of a layer");
        _at += read;
        return read;
    }

    private int ReadAt(Span<byte> buffer, long position)
    {
        if (whole is FileStream file)
            return RandomAccess.Read(file.SafeFileHandle, buffer, position);
        lock (whole)
        {
            whole.Position = position;
            return whole.Read(buffer);
        }
    }
}
