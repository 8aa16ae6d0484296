using Bulwark.Images.Reports;

namespace Bulwark.Server.Images;

/// <summary>Scans an image of Docker's; takes its time.</summary>
public interface IImageScanner
{
    /// <param name="id">The image's id.</param>
    /// <param name="advisories">The file of advisories, which need not be there.</param>
    /// <exception cref="ImageScanException">It could not be scanned.</exception>
    Task<ScanReport> ScanAsync(string id, string advisories, CancellationToken cancellation);
}
