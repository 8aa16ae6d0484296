namespace Bulwark.Runtimes.Docker;

// Images as they are, for looking into them.
public sealed partial class DockerClient
{
    /// <summary>
    /// The image as an archive of <c>docker save</c>, as the daemon writes it; null if it has no such image. The daemon collects all
    /// layers before the first byte comes, so that wait has the limit of <see cref="DockerLimits.Export"/>; after it there is none.
    /// </summary>
    public async Task<Stream?> ExportImageAsync(string name, CancellationToken cancellationToken = default)
    {
        var path = await PathAsync($"/images/{EscapeName(name)}/get", cancellationToken).ConfigureAwait(false);
        HttpResponseMessage answer;
        try
        {
            answer = await _transport.OpenAsync(path, cancellationToken, _limits.Export).ConfigureAwait(false);
        }
        catch (DockerException e) when (e.Status == System.Net.HttpStatusCode.NotFound)
        {
            return null;
        }
        // The stream ends the exchange when it is disposed of, whether or not it was read to its end.
        return await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What the daemon says of an image, in its own words (JSON); null if it has no such image.</summary>
    public Task<byte[]?> DescribeImageAsync(string name, CancellationToken cancellationToken = default) =>
        GetAsync($"/images/{EscapeName(name)}/json", mayBeMissing: true, cancellationToken);

    /// <summary>The steps that made an image, the newest first (JSON); null if the daemon has no such image.</summary>
    public Task<byte[]?> DescribeHistoryAsync(string name, CancellationToken cancellationToken = default) =>
        GetAsync($"/images/{EscapeName(name)}/history", mayBeMissing: true, cancellationToken);

    /// <summary>The images that the daemon has (JSON).</summary>
    public async Task<byte[]> DescribeImagesAsync(CancellationToken cancellationToken = default) =>
        await GetAsync("/images/json", mayBeMissing: false, cancellationToken).ConfigureAwait(false) ?? [];

    // A name's slashes are part of the path; Docker does not take them escaped.
    private static string EscapeName(string name) => string.Join('/', name.Split('/').Select(Escape));
}
