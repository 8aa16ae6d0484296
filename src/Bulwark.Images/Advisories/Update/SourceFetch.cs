using System.Globalization;
using System.Net;
using Bulwark.Images.Advisories.Formats;

namespace Bulwark.Images.Advisories.Update;

/// <summary>One official source while it is fetched: where its files go, what is known of it already.</summary>
internal sealed class SourceFetch(OfficialSource source, HttpClient http, string directory, IReadOnlyList<AdvisorySource> known, Action<string> told)
{
    private readonly Download _download = new(http);
    private int _files;

    public OfficialSource Source { get; } = source;

    /// <summary>What the advisory file has of this source.</summary>
    public IReadOnlyList<AdvisorySource> Known { get; } = [.. known.Where(item => item.OfficialName == source.Name)];

    /// <summary>How the state that is known was named: what stands behind the source's name in <see cref="AdvisorySource.Revision"/>.</summary>
    public string[] KnownRevision => Known is [{ } first, ..] && Known.All(item => item.Revision == first.Revision) ? first.Revision!.Split(' ')[1..] : [];

    /// <summary>The name of a state, to be kept with what was read.</summary>
    public string Revision(params IEnumerable<string> names) => string.Join(' ', names.Prepend(Source.Name));

    /// <summary>Fetches a file of the official place, or of the mirror that stands for it.</summary>
    public async Task<(Uri Address, string Path, Downloaded Answer)> FetchAsync(
        Uri official, CancellationToken cancel, string knownTag = "", long largest = Download.LargestBytes)
    {
        var address = Source.Located(official);
        told($"Fetching {address}");
        var path = NewPath();
        return (address, path, await _download.FetchAsync(address, path, cancel, knownTag, largest).ConfigureAwait(false));
    }

    /// <summary>Fetches a small file; null if there is none.</summary>
    public async Task<string?> FetchTextAsync(Uri official, long largest, CancellationToken cancel)
    {
        try
        {
            var (_, path, _) = await FetchAsync(official, cancel, largest: largest).ConfigureAwait(false);
            var text = await File.ReadAllTextAsync(path, cancel).ConfigureAwait(false);
            File.Delete(path);
            return text;
        }
        catch (HttpRequestException e) when (e.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            return null;
        }
    }

    /// <exception cref="AdvisoryFormatException">The file is not the one that the checksum is of.</exception>
    public static async Task CheckAsync(Uri address, string path, string expected, CancellationToken cancel)
    {
        using var file = File.OpenRead(path);
        var actual = Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(file, cancel).ConfigureAwait(false));
        if (!string.Equals(actual, expected, StringComparison.OrdinalIgnoreCase))
            throw new AdvisoryFormatException($"{address} has the SHA-256 {actual}, and should have {expected}");
    }

    private string NewPath() => Path.Combine(directory, $"{Source.Name}-{Interlocked.Increment(ref _files).ToString(CultureInfo.InvariantCulture)}");
}
