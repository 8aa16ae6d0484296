using Bulwark.Images.Archives;
using Bulwark.Images.Layers;
using Bulwark.Images.Sources.Wire;

namespace Bulwark.Images.Sources;

/// <summary>A directory with an OCI image layout (image-layout.md of the OCI image specification).</summary>
public sealed class OciLayoutSource(string directory, ImageChoice choice) : IImageSource
{
    public static bool IsLayout(string directory) => File.Exists(Path.Combine(directory, "index.json")) && Directory.Exists(Path.Combine(directory, "blobs"));

    public Task<Image> ReadAsync(LayerReading reading, CancellationToken cancel) => Task.Run(
        () =>
        {
            try
            {
                var index = Json.Parse(
                    Document(Path.Combine(directory, "index.json"), reading.Limits) ?? throw new ArchiveException("it has no index.json"),
                    ImageJsonContext.Default.ManifestJson, "its index.json");
                var (manifest, name) = ManifestChooser.Choose(
                    index, choice, digest => Document(BlobPath(digest), reading.Limits) is { } blob ? blob : (ReadOnlyMemory<byte>?)null);
                var configuration = Digest.IsValid(manifest.Config?.Digest) ? Document(BlobPath(manifest.Config!.Digest!), reading.Limits) : null;
                var layers = LayerSet.Read(manifest, configuration, reading, LayerSet.AtATime, (layer, diffId) => Layer(layer.Digest!, diffId, reading, cancel), cancel);
                var image = OciAssembler.Assemble(manifest, name, _ => configuration, layers.GetValueOrDefault, reading.Limits);
                return image with { Name = image.Name.Length > 0 ? image.Name : directory, Origin = "OCI layout" };
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArchiveException)
            {
                throw new ImageException($"cannot read {directory}", e.Message, inner: e);
            }
        }, cancel);

    private Layer? Layer(string digest, string diffId, LayerReading reading, CancellationToken cancel)
    {
        using var blob = Open(BlobPath(digest));
        return blob is null ? null : new LayerReader(reading).Read(blob, cancel, diffId, digest);
    }

    // Only ever called with a valid digest: 64 hexadecimal digits lead nowhere else.
    private string BlobPath(string digest) => Path.Combine(directory, "blobs", "sha256", digest["sha256:".Length..]);

    private static byte[]? Document(string path, ArchiveLimits limits)
    {
        using var file = Open(path);
        if (file is null)
            return null;
        if (file.Length > limits.DocumentBytes)
            throw new ArchiveException($"{Path.GetFileName(path)} is too large for a manifest or a configuration: {file.Length} bytes");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static FileStream? Open(string path) => HostFile.Open(path);
}
