using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Images.Sources;

namespace Bulwark.Images.Tests.Harness;

/// <summary>Reads images that lie in memory.</summary>
internal static class Reading
{
    public static Image Archive(byte[] archive, string tag = "", ArchiveLimits? limits = null, params IFileAnalyser[] analysers) =>
        new ArchiveStreamReader(new("the test's image", tag), new(analysers, limits ?? new())).Read(new OneWay(archive), CancellationToken.None);

    public static Layer Layer(byte[] blob, ArchiveLimits? limits = null, params IFileAnalyser[] analysers) =>
        new LayerReader(new(analysers, limits ?? new())).Read(new OneWay(blob), CancellationToken.None);

    /// <summary>As from a socket: in small pieces, and never back.</summary>
    internal sealed class OneWay(byte[] bytes) : ForwardStream
    {
        private int _at;

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(Math.Min(buffer.Length, 1000), bytes.Length - _at);
            bytes.AsSpan(_at, count).CopyTo(buffer);
            _at += count;
            return count;
        }
    }
}
