namespace Bulwark.Images.Scanning;

/// <summary>A layer of a scanned image.</summary>
/// <param name="DiffId">Digest of its unpacked tar; empty for a directory.</param>
/// <param name="History">The line that made it; empty if the image does not say.</param>
public sealed record ScannedLayer(string DiffId, string History);
