using Bulwark.Images.Layers;

namespace Bulwark.Images.Sources;

/// <summary>An image that may be in one of two places: the second is asked only if the first does not have it.</summary>
internal sealed class FirstSource(IImageSource first, IImageSource second) : IImageSource
{
    public async Task<Image> ReadAsync(LayerReading reading, CancellationToken cancel)
    {
        try
        {
            return await first.ReadAsync(reading, cancel).ConfigureAwait(false);
        }
        catch (ImageException e) when (e.IsMissing)
        {
            return await second.ReadAsync(reading, cancel).ConfigureAwait(false);
        }
    }
}
