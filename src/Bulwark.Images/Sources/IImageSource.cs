using Bulwark.Images.Layers;

namespace Bulwark.Images.Sources;

/// <summary>A place that an image is read from.</summary>
public interface IImageSource
{
    /// <summary>Reads the image once, from front to back.</summary>
    /// <exception cref="ImageException">There is no image, or none that can be understood.</exception>
    Task<Image> ReadAsync(LayerReading reading, CancellationToken cancel);
}
