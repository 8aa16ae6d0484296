using System.Security.Cryptography;

namespace Bulwark.Images.Archives;

/// <summary>Passes reads through, and hashes and counts what was read.</summary>
internal sealed class DigestStream(Stream inner) : CountingStream(inner)
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _isOff;

    public override int Read(Span<byte> buffer)
    {
        var read = base.Read(buffer);
        if (!_isOff)
            _hash.AppendData(buffer[..read]);
        return read;
    }

    /// <summary>Hashes no more: somebody else takes the digest of the same bytes.</summary>
    public void Off() => _isOff = true;

    /// <summary>The digest of all that was read so far.</summary>
    public string Current() => Digest.FromHash(_hash.GetCurrentHash());

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _hash.Dispose();
        base.Dispose(disposing);
    }
}
