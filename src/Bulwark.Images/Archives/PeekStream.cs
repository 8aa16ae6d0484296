namespace Bulwark.Images.Archives;

/// <summary>Lets one look at the first bytes before they are read.</summary>
internal sealed class PeekStream : ForwardStream
{
    private readonly Stream _inner;
    private readonly ReadOnlyMemory<byte> _head;
    private int _taken;

    public PeekStream(Stream inner, int most)
        : this(inner, new byte[most])
    {
    }

    /// <param name="head">Takes as many as it can hold, and must stay as it is while this stream is read.</param>
    public PeekStream(Stream inner, Memory<byte> head)
    {
        _inner = inner;
        _head = head[..inner.ReadAtLeast(head.Span, head.Length, throwOnEndOfStream: false)];
    }

    public ReadOnlySpan<byte> Head => _head.Span;

    public override int Read(Span<byte> buffer)
    {
        if (_taken == _head.Length)
            return _inner.Read(buffer);
        var count = Math.Min(buffer.Length, _head.Length - _taken);
        _head.Span.Slice(_taken, count).CopyTo(buffer);
        _taken += count;
        return count;
    }
}
