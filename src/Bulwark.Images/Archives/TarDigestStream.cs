using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;

namespace Bulwark.Images.Archives;

/// <summary>
/// Passes reads through, and takes the digest of what was read, on a thread of its own: that takes about as long as all else that is done
/// with a layer.
/// </summary>
internal sealed class TarDigestStream : ForwardStream
{
    private const int PieceBytes = 256 << 10;
    private const int Pieces = 4;

    private readonly Stream _inner;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly BlockingCollection<Piece> _free = [];
    private readonly BlockingCollection<Piece> _full = [];
    private readonly Task _hashing;
    private Piece? _piece;
    private int _at;
    private ExceptionDispatchInfo? _failure;

    public TarDigestStream(Stream inner)
    {
        _inner = inner;
        for (var piece = 0; piece < Pieces; piece++)
            _free.Add(new());
        _hashing = Task.Factory.StartNew(Hash, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Bytes read from the inner stream so far.</summary>
    public long Count { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        if ((_piece is null || _at == _piece.Length) && !Fill())
            return 0;
        var read = Math.Min(buffer.Length, _piece!.Length - _at);
        _piece.Bytes.AsSpan(_at, read).CopyTo(buffer);
        _at += read;
        return read;
    }

    /// <summary>Reads on until the end, and gives the digest of everything.</summary>
    public string Finish()
    {
        while (Fill())
        {
        }
        Stop();
        return Digest.FromHash(_hash.GetCurrentHash());
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Stop();
            _full.Dispose();
            _free.Dispose();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }

    private bool Fill()
    {
        if (_piece is not null)
            Release(_piece);
        _piece = null;
        // What came before the damage has been read by now.
        _failure?.Throw();
        var piece = _free.Take();
        piece.Length = 0;
        try
        {
            while (piece.Length < PieceBytes && _inner.Read(piece.Bytes.AsSpan(piece.Length)) is var read and > 0)
                piece.Length += read;
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
        if (piece.Length == 0)
        {
            _free.Add(piece);
            _failure?.Throw();
            return false;
        }
        piece.Users = 2;
        (_piece, _at) = (piece, 0);
        Count += piece.Length;
        _full.Add(piece);
        return true;
    }

    private void Hash()
    {
        foreach (var piece in _full.GetConsumingEnumerable())
        {
            _hash.AppendData(piece.Bytes, 0, piece.Length);
            Release(piece);
        }
    }

    // It is read and hashed at the same time, and overwritten only once both are done.
    private void Release(Piece piece)
    {
        if (Interlocked.Decrement(ref piece.Users) == 0)
            _free.Add(piece);
    }

    private void Stop()
    {
        _full.CompleteAdding();
        _hashing.GetAwaiter().GetResult();
    }

    private sealed class Piece
    {
        public readonly byte[] Bytes = new byte[PieceBytes];
        public int Length;
        public int Users;
    }
}
