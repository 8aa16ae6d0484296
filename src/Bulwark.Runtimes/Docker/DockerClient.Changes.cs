using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Bulwark.Model;
using Bulwark.Runtimes.Docker.Wire;

namespace Bulwark.Runtimes.Docker;

// What demonstrations and tests need: making and removing things. Watching is in the other half.
public sealed partial class DockerClient
{
    /// <summary>Makes a container, without starting it, and gives its id.</summary>
    public async Task<string> CreateContainerAsync(ContainerSpecification specification, CancellationToken cancellationToken = default)
    {
        var path = specification.Name.Length == 0 ? "/containers/create" : $"/containers/create?name={Escape(specification.Name)}";
        var ports = specification.PublishedPorts.ToLookup(p => PortName(p.Container));
        var body = new CreateContainerJson
        {
            Image = specification.Image,
            Cmd = specification.Command.IsEmpty ? null : [.. specification.Command],
            Env = [.. specification.Environment.Select(e => $"{e.Key}={e.Value}")],
            Labels = specification.Labels.ToDictionary(StringComparer.Ordinal),
            ExposedPorts = ports.ToDictionary(p => p.Key, _ => new EmptyJson(), StringComparer.Ordinal),
            HostConfig = new()
            {
                NetworkMode = specification.Network.Length == 0 ? null : specification.Network,
                PortBindings = ports.ToDictionary(p => p.Key, p => p.Select(Binding).ToArray(), StringComparer.Ordinal),
            },
            NetworkingConfig = specification.Alias.Length == 0 ? null : new()
            {
                EndpointsConfig = new(StringComparer.Ordinal) { [specification.Network] = new() { Aliases = [specification.Alias] } },
            },
        };
        return await CreateAsync(path, body, DockerJson.Default.CreateContainerJson, cancellationToken).ConfigureAwait(false);
    }

    public Task StartContainerAsync(string id, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Post, $"/containers/{Escape(id)}/start", null, null, cancellationToken);

    /// <summary>Asks the container's process to end and kills it after <paramref name="grace"/> (whole seconds).</summary>
    public Task StopContainerAsync(string id, TimeSpan grace, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"/containers/{Escape(id)}/stop?t={(int)grace.TotalSeconds}"), null,
            _limits.Answer + grace, cancellationToken);

    /// <summary>Removes the container; one that runs only with <paramref name="force"/>.</summary>
    public Task RemoveContainerAsync(string id, bool force = false, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Delete, $"/containers/{Escape(id)}?v=1&force={(force ? 1 : 0)}", null, null, cancellationToken);

    /// <summary>Makes a bridge network and gives its id. Without <paramref name="subnets"/> the daemon chooses one.</summary>
    public Task<string> CreateNetworkAsync(string name, IReadOnlyList<IPNetwork>? subnets = null, CancellationToken cancellationToken = default)
    {
        var body = new CreateNetworkJson
        {
            Name = name,
            Driver = "bridge",
            CheckDuplicate = true,
            EnableIPv6 = subnets?.Any(s => s.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6) ?? false,
            IPAM = subnets is null ? null : new() { Config = [.. subnets.Select(s => new NetworkRangeJson { Subnet = s.ToString() })] },
        };
        return CreateAsync("/networks/create", body, DockerJson.Default.CreateNetworkJson, cancellationToken);
    }

    public Task RemoveNetworkAsync(string id, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Delete, $"/networks/{Escape(id)}", null, null, cancellationToken);

    public Task ConnectAsync(string networkId, string containerId, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Post, $"/networks/{Escape(networkId)}/connect",
            Json(new NetworkMemberJson { Container = containerId }, DockerJson.Default.NetworkMemberJson), null, cancellationToken);

    public Task DisconnectAsync(string networkId, string containerId, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Post, $"/networks/{Escape(networkId)}/disconnect",
            Json(new NetworkMemberJson { Container = containerId }, DockerJson.Default.NetworkMemberJson), null, cancellationToken);

    /// <summary>Makes an image of one layer out of a tar archive.</summary>
    public async Task ImportImageAsync(Stream tar, string repository, string tag, CancellationToken cancellationToken = default)
    {
        var path = $"/images/create?fromSrc=-&repo={Escape(repository)}&tag={Escape(tag)}";
        using var content = new StreamContent(tar);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        var answer = await ChangeAsync(HttpMethod.Post, path, content, _limits.Import, cancellationToken).ConfigureAwait(false);
        // The daemon says 200 before it starts, and what went wrong in a line of the answer.
        foreach (var line in answer.AsSpan().Split((byte)'\n'))
        {
            var text = answer.AsSpan(line).Trim("\r\n "u8);
            if (!text.IsEmpty && _transport.Parse(text, DockerJson.Default.ProgressJson, path).Error is { } error)
                throw new DockerException(_transport.Tried(HttpMethod.Post, path), HttpStatusCode.OK, error);
        }
    }

    public async Task<bool> ImageExistsAsync(string image, CancellationToken cancellationToken = default) =>
        // Slashes of a reference belong to the path.
        await GetAsync($"/images/{Escape(image).Replace("%2F", "/", StringComparison.Ordinal)}/json", mayBeMissing: true, cancellationToken)
            .ConfigureAwait(false) is not null;

    /// <summary>Takes the name from the image, and removes it if it has no other.</summary>
    public Task RemoveImageAsync(string image, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Delete, $"/images/{Escape(image).Replace("%2F", "/", StringComparison.Ordinal)}", null, null, cancellationToken);

    private async Task<string> CreateAsync<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var answer = await ChangeAsync(HttpMethod.Post, path, Json(body, type), null, cancellationToken).ConfigureAwait(false);
        return _transport.Parse(answer, DockerJson.Default.IdJson, path).Id ?? "";
    }

    private async Task<byte[]> ChangeAsync(
        HttpMethod method, string path, HttpContent? body, TimeSpan? limit, CancellationToken cancellationToken) =>
        await _transport.AskAsync(method, await PathAsync(path, cancellationToken).ConfigureAwait(false), body, mayBeMissing: false, limit,
            cancellationToken).ConfigureAwait(false) ?? [];

    private static ByteArrayContent Json<T>(T body, JsonTypeInfo<T> type)
    {
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, type));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private static string PortName(ServerPort port) => port.ToString();

    private static PortBindingJson Binding(PublishedPort port) => new()
    {
        HostIp = port.HostAddress?.ToString(),
        HostPort = port.HostPort == 0 ? null : port.HostPort.ToString(CultureInfo.InvariantCulture),
    };
}
