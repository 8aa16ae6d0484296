namespace Bulwark.Images.Archives;

/// <summary>Lets one look at the first bytes before they are read.</summary>
internal sealed class PeekStream : ForwardStream
{
    private readonly Stream _inner;
    private readonly byte[] _head;
    private int _taken;

    public PeekStream(Stream inner, int most)
    {
        _inner = inner;
        var head = new byte[most];
        _head = head[..inner.ReadAtLeast(head, most, throwOnEndOfStream: false)];
    }

    public ReadOnlySpan<byte> Head => _head;

    public override int Read(Span<byte> buffer)
    {
        if (_taken == _head.Length)
            return _inner.Read(buffer);
        var count = Math.Min(buffer.Length, _head.Length - _taken);
        _head.AsSpan(_taken, count).CopyTo(buffer);
        _taken += count;
        return count;
    }
}
