using System.Collections.Immutable;
using System.Net;
using Bulwark.Cli.Hosting.Demo.Parts;
using Bulwark.Runtimes.Docker;

namespace Bulwark.Cli.Hosting.Demo;

/// <summary>The demonstration's application on a Docker daemon: an image, a network, and a container for each part.</summary>
internal sealed class DemoApplication(DockerClient docker)
{
    /// <summary>The compose project that the containers are said to be of, and the network.</summary>
    public const string Project = "bulwark-demo";

    /// <summary>Its services, each before those that need it.</summary>
    public static readonly ImmutableArray<string> Services = [Part.Database, Part.Web, Part.Proxy, Part.Report];

    // Nothing without it is removed: names may be taken by containers of others.
    private const string Label = "bulwark.demo";

    public static string Container(string service) => $"{Project}-{service}-1";

    public static string Workload(string service) => $"{Project}/{service}";

    /// <summary>Makes and starts everything; the proxy's address.</summary>
    public async Task<IPAddress> StartAsync(CancellationToken cancel)
    {
        var image = await DemoImage.PackAsync(cancel).ConfigureAwait(false);
        await using (image.ConfigureAwait(false))
            await docker.ImportImageAsync(image, DemoImage.Repository, DemoImage.Tag, cancel).ConfigureAwait(false);
        await docker.CreateNetworkAsync(Project, cancellationToken: cancel).ConfigureAwait(false);
        foreach (var service in Services)
            await StartAsync(service, cancel).ConfigureAwait(false);
        var proxy = await docker.FindContainerAsync(Container(Part.Proxy), cancel).ConfigureAwait(false);
        return proxy?.Networks.SelectMany(place => place.Addresses).FirstOrDefault()
            ?? throw new CommandFailure("the demonstration's proxy has no address") { Cause = "its container ended, or Docker gave it none", Hint = "docker logs " + Container(Part.Proxy) };
    }

    /// <summary>Runs an attacker's tool in a service's container: asks the database behind a port of a host for its data.</summary>
    public Task<ExecOutcome> ReachAsync(string service, string host, int port, CancellationToken cancel) =>
        docker.ExecAsync(Container(service), ReachCommand(host, port), cancel);

    /// <summary>The same as a person would type it.</summary>
    public static string ReachLine(string service, string host, int port) =>
        $"docker exec {Container(service)} {string.Join(' ', ReachCommand(host, port))}";

    /// <summary>Removes everything of it, also of an earlier demonstration. Whether there was anything.</summary>
    public async Task<bool> RemoveAsync(CancellationToken cancel)
    {
        var found = await Task.WhenAll(Services.Select(service => RemoveAsync(service, cancel))).ConfigureAwait(false);
        var any = found.Contains(true);
        if (await docker.FindNetworkAsync(Project, cancel).ConfigureAwait(false) is { } network)
        {
            await docker.RemoveNetworkAsync(network.Id, cancel).ConfigureAwait(false);
            any = true;
        }
        if (await docker.ImageExistsAsync(DemoImage.Name, cancel).ConfigureAwait(false))
        {
            await docker.RemoveImageAsync(DemoImage.Name, cancel).ConfigureAwait(false);
            any = true;
        }
        return any;
    }

    private async Task StartAsync(string service, CancellationToken cancel)
    {
        var container = new ContainerSpecification(DemoImage.Name)
        {
            Name = Container(service),
            Command = [DemoImage.Executable, Commands.DemoPartCommand.Name, service],
            Environment = ImmutableDictionary<string, string>.Empty.Add("LD_LIBRARY_PATH", DemoImage.Libraries),
            Labels = ImmutableDictionary<string, string>.Empty
                .Add(Label, "").Add("com.docker.compose.project", Project).Add("com.docker.compose.service", service),
            Network = Project,
            Alias = service,
        };
        var id = await docker.CreateContainerAsync(container, cancel).ConfigureAwait(false);
        await docker.StartContainerAsync(id, cancel).ConfigureAwait(false);
    }

    private async Task<bool> RemoveAsync(string service, CancellationToken cancel)
    {
        if (await docker.FindContainerAsync(Container(service), cancel).ConfigureAwait(false) is not { } container)
            return false;
        if (!container.Labels.ContainsKey(Label))
        {
            throw new CommandFailure($"there is a container {container.Name} that is not the demonstration's")
            {
                Cause = "the demonstration gives that name to one of its own",
                Hint = $"docker rename {container.Name} NAME",
            };
        }
        await docker.RemoveContainerAsync(container.Id, force: true, cancel).ConfigureAwait(false);
        return true;
    }

    private static string[] ReachCommand(string host, int port) =>
        [DemoImage.Executable, Commands.DemoPartCommand.Name, Part.Reach, host, port.ToString(System.Globalization.CultureInfo.InvariantCulture)];
}
