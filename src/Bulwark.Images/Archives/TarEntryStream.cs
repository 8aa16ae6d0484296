namespace Bulwark.Images.Archives;

/// <summary>The content of a tar's current entry.</summary>
internal sealed class TarEntryStream(TarReader tar) : ForwardStream
{
    public override int Read(Span<byte> buffer) => tar.Read(buffer);
}
