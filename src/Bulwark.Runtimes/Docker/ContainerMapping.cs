using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Bulwark.Model.Workloads;
using Bulwark.Runtimes.Docker.Wire;

namespace Bulwark.Runtimes.Docker;

/// <summary>From Docker's words for a container to ours.</summary>
internal static class ContainerMapping
{
    private const string HostMode = "host";
    private const string ContainerMode = "container:";

    public static InspectedContainer ToContainer(ContainerJson json)
    {
        var state = json.State ?? new();
        var mode = json.HostConfig?.NetworkMode ?? "";
        var networks = Networks(json.NetworkSettings?.Networks);
        // A restarting one has ended and waits for its next turn.
        var running = state.Running && !state.Restarting;
        var container = new Container(json.Id ?? "", (json.Name ?? "").TrimStart('/'))
        {
            Image = json.Config?.Image ?? "",
            ImageDigest = json.Image ?? "",
            Command = Command(json),
            Labels = (json.Config?.Labels ?? []).ToImmutableDictionary(StringComparer.Ordinal),
            ProcessId = running ? state.Pid : 0,
            NetworkNamespace = HasOwnNamespace(state, mode) ? json.NetworkSettings?.SandboxKey ?? "" : "",
            Networks = networks,
            Mounts = Mounts(json.Mounts),
            Root = Root(json.GraphDriver),
            IsRunning = running,
            StartedAt = Time(state.StartedAt),
        };
        return new(container, mode.StartsWith(ContainerMode, StringComparison.Ordinal) ? mode[ContainerMode.Length..] : "");
    }

    /// <summary>The address in front of a prefix length, or the address alone; null for an empty one.</summary>
    public static IPAddress? Address(string? text)
    {
        var slash = text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        return IPAddress.TryParse(slash < 0 ? text : text![..slash], out var address) ? address : null;
    }

    public static ImmutableArray<IPAddress> Addresses(params ReadOnlySpan<string?> texts)
    {
        var addresses = ImmutableArray.CreateBuilder<IPAddress>(texts.Length);
        foreach (var text in texts)
        {
            if (Address(text) is { } address)
                addresses.Add(address);
        }
        return addresses.ToImmutable();
    }

    // Docker keeps the path of a sandbox that went with the last process.
    private static bool HasOwnNamespace(ContainerStateJson state, string mode) =>
        mode != HostMode && state.Status is not ("exited" or "dead" or "removing");

    private static ImmutableArray<string> Command(ContainerJson json) => string.IsNullOrEmpty(json.Path)
        ? [.. json.Config?.Entrypoint ?? [], .. json.Config?.Cmd ?? []]
        : [json.Path, .. json.Args ?? []];

    private static ImmutableArray<ContainerNetwork> Networks(Dictionary<string, ContainerEndpointJson?>? networks) =>
    [
        .. (networks ?? []).Where(n => n.Value is not null).OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => new ContainerNetwork(
            n.Key, n.Value!.NetworkId ?? "", Addresses(n.Value.IPv4Address, n.Value.GlobalIPv6Address), n.Value.MacAddress ?? "")),
    ];

    // One in memory is empty when the container starts.
    private static ImmutableArray<string>? Mounts(ContainerMountJson[]? mounts) => mounts is null ? null
        : [.. mounts.Where(mount => mount.Type != "tmpfs").Select(mount => mount.Destination).OfType<string>().Where(path => path.StartsWith('/'))];

    // Other drivers have no layers on the host that could be compared.
    private static ContainerRoot? Root(ContainerGraphDriverJson? driver)
    {
        if (driver is not { Name: "overlay2", Data: { } data } || data.GetValueOrDefault("UpperDir") is not ['/', ..] upper || data.GetValueOrDefault("LowerDir") is not { } lower)
            return null;
        var directories = lower.Split(':');
        return directories.All(directory => directory.StartsWith('/')) ? new(upper, [.. directories]) : null;
    }

    // One that never started has the year 1.
    private static DateTimeOffset Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : default;
}
