namespace Bulwark.Runtimes.Docker;

// Containers as they are, for looking into them.
public sealed partial class DockerClient
{
    /// <summary>
    /// The container's files as a tar, with what it changed since it was made and without its volumes; null if there is no such container.
    /// There is no limit on how long that takes, once it has begun.
    /// </summary>
    public async Task<Stream?> ExportContainerAsync(string idOrName, CancellationToken cancellationToken = default)
    {
        var path = await PathAsync($"/containers/{Escape(idOrName)}/export", cancellationToken).ConfigureAwait(false);
        try
        {
            var answer = await _transport.OpenAsync(path, cancellationToken, _limits.Export).ConfigureAwait(false);
            // The stream ends the exchange when it is disposed of, whether or not it was read to its end.
            return await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (DockerException e) when (e.Status == System.Net.HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>What the daemon says of a container, in its own words (JSON); null if there is no such container.</summary>
    public Task<byte[]?> DescribeContainerAsync(string idOrName, CancellationToken cancellationToken = default) =>
        GetAsync($"/containers/{Escape(idOrName)}/json", mayBeMissing: true, cancellationToken);

    /// <summary>What the daemon says of a volume, in its own words (JSON); null if there is no such volume.</summary>
    public Task<byte[]?> DescribeVolumeAsync(string name, CancellationToken cancellationToken = default) =>
        GetAsync($"/volumes/{Escape(name)}", mayBeMissing: true, cancellationToken);

    /// <summary>What the daemon says of a program that is run in a container, in its own words (JSON); null if there is no such one.</summary>
    public Task<byte[]?> DescribeExecAsync(string id, CancellationToken cancellationToken = default) =>
        GetAsync($"/exec/{Escape(id)}/json", mayBeMissing: true, cancellationToken);
}
