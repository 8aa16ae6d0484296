using Bulwark.Images.Layers;

namespace Bulwark.Images.Sources;

/// <summary>A tar file: of <c>docker save</c> or an OCI layout, packed or not.</summary>
public sealed class ArchiveSource(string path, ImageChoice choice) : IImageSource
{
    public Task<Image> ReadAsync(LayerReading reading, CancellationToken cancel) => Task.Run(
        () =>
        {
            try
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
                var image = new ArchiveStreamReader(choice, reading).Read(file, cancel);
                return image with { Name = image.Name.Length > 0 ? image.Name : path, Origin = "archive" };
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ImageException($"cannot read {path}", e.Message, inner: e);
            }
        }, cancel);
}
