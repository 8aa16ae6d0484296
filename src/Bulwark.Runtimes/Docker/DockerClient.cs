using System.Collections.Immutable;
using System.Globalization;
using Bulwark.Model.Workloads;
using Bulwark.Runtimes.Docker.Wire;

namespace Bulwark.Runtimes.Docker;

/// <summary>
/// The part of the Docker Engine API (https://docs.docker.com/engine/api/v1.41) that Bulwark needs, over the daemon's unix socket.
/// Every method throws <see cref="DockerException"/> when the daemon refuses, is not there, or answers beyond the limits.
/// </summary>
public sealed partial class DockerClient : IDisposable
{
    public const string DefaultEndpoint = "unix:///var/run/docker.sock";

    // Only what changes who runs or which addresses there are; exec events would bring command lines, with secrets in them.
    private const string EventFilter =
        """{"type":["container","network"],"event":["create","start","die","destroy","rename","connect","disconnect","remove"]}""";

    private readonly DockerTransport _transport;
    private readonly DockerLimits _limits;
    private string? _version;

    /// <exception cref="FormatException">The endpoint is not <c>unix://PATH</c>.</exception>
    public DockerClient(string endpoint = DefaultEndpoint, DockerLimits? limits = null)
    {
        _limits = limits ?? new();
        _transport = new(endpoint, _limits);
        Endpoint = endpoint;
    }

    public string Endpoint { get; }

    /// <summary>Whether the daemon is there: returns, or throws.</summary>
    public Task PingAsync(CancellationToken cancellationToken = default) =>
        _transport.AskAsync(HttpMethod.Get, "/_ping", null, mayBeMissing: false, null, cancellationToken);

    /// <summary>What the daemon is. The version to speak is taken from the newest answer.</summary>
    public async Task<DockerVersion> VersionAsync(CancellationToken cancellationToken = default)
    {
        const string path = "/version";
        var body = await _transport.AskAsync(HttpMethod.Get, path, null, mayBeMissing: false, null, cancellationToken).ConfigureAwait(false);
        var json = _transport.Parse(body, DockerJson.Default.VersionJson, path);
        var version = new DockerVersion(json.Version ?? "", json.ApiVersion ?? "", json.MinAPIVersion ?? "");
        _version = version.Spoken;
        return version;
    }

    /// <summary>How the daemon is set up.</summary>
    public async Task<DockerSettings> SettingsAsync(CancellationToken cancellationToken = default)
    {
        const string path = "/info";
        var json = _transport.Parse(await GetAsync(path, mayBeMissing: false, cancellationToken).ConfigureAwait(false), DockerJson.Default.InfoJson, path);
        return new(json.CgroupDriver ?? "", json.CgroupVersion ?? "", json.LiveRestoreEnabled)
        {
            Runtimes = (json.Runtimes ?? []).ToImmutableDictionary(
                r => r.Key, r => string.Join(' ', [r.Value?.Path ?? "", .. r.Value?.RuntimeArgs ?? []]), StringComparer.Ordinal),
            DefaultRuntime = json.DefaultRuntime ?? "",
            DataRoot = json.DockerRootDir ?? "",
            AuthorizationPlugins = [.. json.Plugins?.Authorization ?? []],
        };
    }

    /// <summary>The containers that run, or all that there are.</summary>
    public async Task<ImmutableArray<ContainerSummary>> ListContainersAsync(bool all = false, CancellationToken cancellationToken = default)
    {
        var path = all ? "/containers/json?all=1" : "/containers/json";
        var body = await GetAsync(path, mayBeMissing: false, cancellationToken).ConfigureAwait(false);
        return
        [
            .. _transport.Parse(body, DockerJson.Default.ContainerSummaryJsonArray, path)
                .Select(c => new ContainerSummary(c.Id ?? "", (c.Names?.FirstOrDefault() ?? "").TrimStart('/'), c.State ?? "")),
        ];
    }

    /// <summary>
    /// The container with that id or name, or null. A container on another's network has that one's network namespace. The daemon
    /// does not answer while it starts the container: the answer comes when its process already runs.
    /// </summary>
    public async Task<Container?> FindContainerAsync(string idOrName, CancellationToken cancellationToken = default) =>
        (await InspectAsync(idOrName, cancellationToken).ConfigureAwait(false))?.Container;

    /// <summary>All networks.</summary>
    public async Task<ImmutableArray<RuntimeNetwork>> ListNetworksAsync(CancellationToken cancellationToken = default)
    {
        const string path = "/networks";
        var body = await GetAsync(path, mayBeMissing: false, cancellationToken).ConfigureAwait(false);
        return [.. _transport.Parse(body, DockerJson.Default.NetworkJsonArray, path).Select(NetworkMapping.ToNetwork)];
    }

    /// <summary>The network with that id or name, with its services, or null.</summary>
    public async Task<RuntimeNetwork?> FindNetworkAsync(string idOrName, CancellationToken cancellationToken = default) =>
        await InspectNetworkAsync(idOrName, "?verbose=true", cancellationToken).ConfigureAwait(false) is { } json ? NetworkMapping.ToNetwork(json) : null;

    /// <summary>
    /// The container's place in a network, or null. Unlike <see cref="FindContainerAsync"/> it is answered while the container
    /// starts, before its process runs.
    /// </summary>
    public async Task<ContainerNetwork?> FindEndpointAsync(
        string networkId, string containerId, CancellationToken cancellationToken = default) =>
        await InspectNetworkAsync(networkId, "", cancellationToken).ConfigureAwait(false) is { } json
            ? NetworkMapping.Endpoint(json, containerId)
            : null;

    /// <summary>Listens for events; the daemon tells those since <paramref name="since"/> first, as far as it remembers (256).</summary>
    public async Task<DockerEventStream> OpenEventsAsync(DateTimeOffset since, CancellationToken cancellationToken = default)
    {
        var time = since - DateTimeOffset.UnixEpoch;
        var path = await PathAsync(string.Create(CultureInfo.InvariantCulture,
            $"/events?since={(long)time.TotalSeconds}.{time.Ticks % TimeSpan.TicksPerSecond * 100:000000000}&filters={Escape(EventFilter)}"),
            cancellationToken).ConfigureAwait(false);
        var answer = await _transport.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        return new(answer, _limits.EventBytes, _transport.Tried(HttpMethod.Get, path));
    }

    public void Dispose() => _transport.Dispose();

    internal async Task<InspectedContainer?> InspectAsync(string idOrName, CancellationToken cancellationToken)
    {
        if (await InspectAloneAsync(idOrName, cancellationToken).ConfigureAwait(false) is not { } inspected)
            return null;
        if (inspected.NetworkOwner.Length == 0)
            return inspected;
        // The owner cannot itself be on another's network: Docker refuses that.
        var owner = await InspectAloneAsync(inspected.NetworkOwner, cancellationToken).ConfigureAwait(false);
        return inspected with
        {
            Container = inspected.Container with { NetworkNamespace = owner?.Container.NetworkNamespace ?? "" },
            NetworkOwner = owner?.Container.Id ?? inspected.NetworkOwner,
        };
    }

    private async Task<InspectedContainer?> InspectAloneAsync(string idOrName, CancellationToken cancellationToken)
    {
        var path = $"/containers/{Escape(idOrName)}/json";
        return await GetAsync(path, mayBeMissing: true, cancellationToken).ConfigureAwait(false) is { } body
            ? ContainerMapping.ToContainer(_transport.Parse(body, DockerJson.Default.ContainerJson, path))
            : null;
    }

    private async Task<NetworkJson?> InspectNetworkAsync(string idOrName, string query, CancellationToken cancellationToken)
    {
        var path = $"/networks/{Escape(idOrName)}{query}";
        return await GetAsync(path, mayBeMissing: true, cancellationToken).ConfigureAwait(false) is { } body
            ? _transport.Parse(body, DockerJson.Default.NetworkJson, path)
            : null;
    }

    private async Task<byte[]?> GetAsync(string path, bool mayBeMissing, CancellationToken cancellationToken) =>
        await _transport.AskAsync(HttpMethod.Get, await PathAsync(path, cancellationToken).ConfigureAwait(false), null, mayBeMissing, null,
            cancellationToken).ConfigureAwait(false);

    private async ValueTask<string> PathAsync(string path, CancellationToken cancellationToken)
    {
        if (_version is null)
            await VersionAsync(cancellationToken).ConfigureAwait(false);
        return $"/v{_version}{path}";
    }

    private static string Escape(string text) => Uri.EscapeDataString(text);
}
