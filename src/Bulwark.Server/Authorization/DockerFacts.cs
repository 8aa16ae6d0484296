using System.Collections.Immutable;
using Bulwark.Runtimes.Docker;
using Bulwark.Runtimes.Docker.Authorization;

namespace Bulwark.Server.Authorization;

/// <summary>Asks the daemons themselves. What only reads passes the plugin without a question, so there is no circle.</summary>
public sealed class DockerFacts : IDockerFacts, IDisposable
{
    private static readonly DockerLimits s_limits = new() { Answer = TimeSpan.FromSeconds(5), AnswerBytes = 8 << 20 };

    private readonly ImmutableArray<DockerClient> _clients;

    /// <param name="daemons">The addresses of the daemons that the server knows.</param>
    public DockerFacts(IEnumerable<string> daemons) => _clients = [.. daemons.Select(address => new DockerClient(address, s_limits))];

    public async Task<ContainerAccount?> ContainerAsync(string daemon, string reference, CancellationToken cancellation) =>
        await FirstAsync(daemon, client => client.DescribeContainerAsync(reference, cancellation)).ConfigureAwait(false) is { } account
            ? ContainerAccount.Read(account) : null;

    public async Task<(string Container, bool IsPrivileged)?> ExecAsync(string daemon, string id, CancellationToken cancellation) =>
        await FirstAsync(daemon, client => client.DescribeExecAsync(id, cancellation)).ConfigureAwait(false) is { } account
            ? ContainerAccount.ReadExec(account) : null;

    public async Task<ImageAccount?> ImageAsync(string daemon, string reference, CancellationToken cancellation) =>
        await FirstAsync(daemon, client => client.DescribeImageAsync(reference, cancellation)).ConfigureAwait(false) is { } account
            ? ImageAccount.Read(account) : null;

    public async Task<ContainerDemands?> VolumeAsync(string daemon, string name, CancellationToken cancellation) =>
        await FirstAsync(daemon, client => client.DescribeVolumeAsync(name, cancellation)).ConfigureAwait(false) is { } account
            ? DemandReader.OfExistingVolume(account) : null;

    public async Task<string> DataRootAsync(string daemon, CancellationToken cancellation)
    {
        foreach (var client in Of(daemon))
        {
            if ((await client.SettingsAsync(cancellation).ConfigureAwait(false)).DataRoot is { Length: > 0 } root)
                return root;
        }
        return "";
    }

    public async Task<bool> AreAskingAsync(CancellationToken cancellation)
    {
        foreach (var client in _clients)
        {
            try
            {
                var settings = await client.SettingsAsync(cancellation).ConfigureAwait(false);
                if (settings.AuthorizationPlugins.Any(plugin => plugin.StartsWith("bulwark", StringComparison.Ordinal)))
                    return true;
            }
            catch (DockerException)
            {
                // It is away, and starts nothing meanwhile.
            }
        }
        return false;
    }

    public void Dispose()
    {
        foreach (var client in _clients)
            client.Dispose();
    }

    private async Task<byte[]?> FirstAsync(string daemon, Func<DockerClient, Task<byte[]?>> ask)
    {
        foreach (var client in Of(daemon))
        {
            if (await ask(client).ConfigureAwait(false) is { } answer)
                return answer;
        }
        return null;
    }

    private IEnumerable<DockerClient> Of(string daemon) => daemon.Length == 0 ? _clients : _clients.Where(client => client.Endpoint == daemon);
}
