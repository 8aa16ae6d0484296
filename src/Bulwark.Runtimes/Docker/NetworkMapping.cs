using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Bulwark.Model.Workloads;
using Bulwark.Runtimes.Docker.Wire;

namespace Bulwark.Runtimes.Docker;

/// <summary>From Docker's words for a network to ours.</summary>
internal static class NetworkMapping
{
    private const string BridgeDriver = "bridge";
    private const string BridgeNameOption = "com.docker.network.bridge.name";
    private const string SwarmScope = "swarm";
    private const string BalancerPrefix = "lb-"; // and the network's name, among the ids of containers
    private const int IdDigitsInBridgeName = 12;

    public static RuntimeNetwork ToNetwork(NetworkJson json)
    {
        var ranges = json.IPAM?.Config ?? [];
        return new(json.Id ?? "", json.Name ?? "", json.Driver ?? "")
        {
            BridgeInterface = Bridge(json),
            Subnets = [.. ranges.Select(r => Subnet(r.Subnet)).OfType<IPNetwork>()],
            Gateways = [.. ranges.Select(r => ContainerMapping.Address(r.Gateway)).OfType<IPAddress>()],
            Services = [.. (json.Services ?? []).Select(s => Service(s.Key, s.Value)).OfType<NetworkService>()],
            Balancers = [.. (json.Containers ?? []).Where(c => c.Key == BalancerPrefix + json.Name)
                .SelectMany(c => ContainerMapping.Addresses(c.Value?.IPv4Address, c.Value?.IPv6Address))],
            IsOfSwarm = json.Scope == SwarmScope,
        };
    }

    /// <summary>The container's place in the network, or null while it has none.</summary>
    public static ContainerNetwork? Endpoint(NetworkJson json, string containerId) =>
        json.Containers?.GetValueOrDefault(containerId) is { } endpoint
            ? new(json.Name ?? "", json.Id ?? "",
                ContainerMapping.Addresses(endpoint.IPv4Address, endpoint.IPv6Address), endpoint.MacAddress ?? "")
            : null;

    // One without a virtual address answers at those of its tasks only.
    private static NetworkService? Service(string name, NetworkServiceJson? json) =>
        ContainerMapping.Address(json?.VIP) is { } address
            ? new(name, address, [.. (json!.Tasks ?? []).Select(t => ContainerMapping.Address(t?.EndpointIP)).OfType<IPAddress>()])
            : null;

    // The daemon names a bridge after the network unless told a name (libnetwork, bridge driver).
    private static string Bridge(NetworkJson json)
    {
        if (json.Driver != BridgeDriver)
            return "";
        if (json.Options?.GetValueOrDefault(BridgeNameOption) is { Length: > 0 } name)
            return name;
        return json.Id is { Length: >= IdDigitsInBridgeName } id ? $"br-{id[..IdDigitsInBridgeName]}" : "";
    }

    // Docker takes 10.1.2.3/16 for a subnet, IPNetwork only 10.1.0.0/16.
    private static IPNetwork? Subnet(string? text)
    {
        if (text is null || ContainerMapping.Address(text) is not { } address)
            return null;
        var bytes = address.GetAddressBytes();
        if (!int.TryParse(text.AsSpan(text.IndexOf('/', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var prefix)
            || prefix > bytes.Length * 8)
            return null;
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xff << (8 - Math.Clamp(prefix - (i * 8), 0, 8)));
        return new IPNetwork(new IPAddress(bytes), prefix);
    }
}
