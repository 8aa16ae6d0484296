namespace Bulwark.Runtimes.Docker;

/// <summary>Lines of a stream, in memory of a fixed bound: of a longer line only is told that it was there.</summary>
internal sealed class BoundedLineReader(Stream stream, int longest)
{
    private byte[] _buffer = new byte[Math.Min(longest, 4096)];
    private int _start;
    private int _end;

    /// <summary>The present line without its end; valid until the next read.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>Whether the present line was longer than allowed, and is not in <see cref="Line"/>.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Goes to the next line; false at the end, where a line without an end is none.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        (Line, IsTooLong) = (default, false);
        var searched = _start;
        while (true)
        {
            var newline = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                newline += searched;
                Line = IsTooLong ? default : _buffer.AsMemory(_start, newline - _start);
                _start = newline + 1;
                return true;
            }
            MakeRoom();
            searched = _end;
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return false;
            _end += read;
        }
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            (_start, _end) = (0, _end - _start);
        }
        if (_end < _buffer.Length)
            return;
        if (_buffer.Length < longest)
        {
            Array.Resize(ref _buffer, Math.Min(longest, _buffer.Length * 2));
            return;
        }
        IsTooLong = true;
        _end = 0;
    }
}
