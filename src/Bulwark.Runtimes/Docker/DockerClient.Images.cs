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
        // The name's slashes are part of the path; Docker does not take them escaped.
        var escaped = string.Join('/', name.Split('/').Select(Escape));
        var path = await PathAsync($"/images/{escaped}/get", cancellationToken).ConfigureAwait(false);
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
}
