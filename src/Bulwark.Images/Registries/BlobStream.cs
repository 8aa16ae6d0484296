using System.Net;
using Bulwark.Images.Archives;

namespace Bulwark.Images.Registries;

/// <summary>
/// A blob as it comes from a registry, never longer than the manifest says. A connection that breaks is gone on with where it broke;
/// whether the parts make the right whole is told by the digest in the end.
/// </summary>
internal sealed class BlobStream(RegistrySession session, Uri address, HttpResponseMessage first, long size, RegistryOptions options, CancellationToken cancel)
    : ForwardStream
{
    private const int MostBreaks = 5;

    private readonly byte[] _buffer = new byte[128 << 10];
    private HttpResponseMessage? _answer = first;
    private Stream? _body;
    private int _start;
    private int _end;
    private long _read;
    private int _breaks;

    public override int Read(Span<byte> buffer)
    {
        if (_start == _end && !buffer.IsEmpty)
            Fill();
        var count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Drop();
        base.Dispose(disposing);
    }

    // Layers are read by code that waits, on threads of the pool.
    private void Fill() => FillAsync().GetAwaiter().GetResult();

    private async Task FillAsync()
    {
        (_start, _end) = (0, 0);
        while (true)
        {
            try
            {
                if (_body is null)
                    await OpenAsync().ConfigureAwait(false);
                var read = await ReadAsync(_buffer).ConfigureAwait(false);
                if (_read + read > size)
                    throw new RegistryException($"{address.Authority} sends more of a layer than the {size} bytes that the manifest says");
                if (read == 0 && _read < size)
                    throw new IOException($"it ended after {_read} of {size} bytes");
                _read += read;
                _end = read;
                return;
            }
            catch (Exception e) when (e is IOException or HttpRequestException)
            {
                Drop();
                if (++_breaks > MostBreaks)
                    throw new RegistryException($"{address.Authority} broke off a layer again and again: {RegistrySession.Innermost(e)}", inner: e);
                await Task.Delay(options.Pause * _breaks, cancel).ConfigureAwait(false);
            }
        }
    }

    private async Task OpenAsync()
    {
        _answer ??= await session.GetAsync(address, "", _read, cancel).ConfigureAwait(false);
        _body = await _answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        var begins = _answer.StatusCode == HttpStatusCode.PartialContent ? _answer.Content.Headers.ContentRange?.From ?? -1 : 0;
        if (begins != _read && begins != 0)
            throw new RegistryException($"{address.Authority} goes on at another place than it was asked to");
        // Some servers know no ranges and begin anew.
        for (var over = _read - begins; over > 0;)
        {
            var read = await ReadAsync(_buffer.AsMemory(0, (int)Math.Min(over, _buffer.Length))).ConfigureAwait(false);
            over -= read > 0 ? read : throw new IOException("it ended before the place where it broke");
        }
    }

    private async Task<int> ReadAsync(Memory<byte> buffer)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(options.Silence);
        try
        {
            return await _body!.ReadAsync(buffer, limited.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new IOException($"it said nothing for {options.Silence.TotalSeconds:0.#} seconds");
        }
    }

    private void Drop()
    {
        _body?.Dispose();
        _answer?.Dispose();
        (_body, _answer) = (null, null);
    }
}
