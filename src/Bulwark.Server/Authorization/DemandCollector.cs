using System.Collections.Immutable;
using Bulwark.Model.Privileges;
using Bulwark.Model.Workloads;
using Bulwark.Runtimes.Docker.Authorization;
using Bulwark.Server.Api.Contracts;

namespace Bulwark.Server.Authorization;

/// <summary>
/// Finds out what a call asks for, and for which workload: from the call, and from what Docker and this host know of what it names.
/// </summary>
/// <param name="runtime">The runtime that containers are to have.</param>
internal sealed class DemandCollector(IDockerFacts facts, string runtime)
{
    private const int MostVolumes = 64;
    private const string ComposeProject = "com.docker.compose.project";
    private const string ComposeService = "com.docker.compose.service";
    private const string SwarmService = "com.docker.swarm.service.name";

    private static readonly string[] s_runcNames = ["io.containerd.runc.v2", "io.containerd.runtime.v1.linux"];

    /// <exception cref="UnreadableCallException">It cannot be told what it asks for.</exception>
    /// <exception cref="Runtimes.Docker.DockerException">Docker does not answer.</exception>
    public async Task<CollectedDemands> CollectAsync(AuthorizeRequest request, CancellationToken cancellation) => request.Act switch
    {
        DockerAct.Create => await CreateAsync(request, cancellation).ConfigureAwait(false),
        DockerAct.Start => await StartAsync(request, cancellation).ConfigureAwait(false),
        DockerAct.Exec => await DeedAsync(request, request.Subject, request.Demands.Privileges, cancellation).ConfigureAwait(false),
        DockerAct.ExecStart => await ExecStartAsync(request, cancellation).ConfigureAwait(false),
        DockerAct.CopyIn => await DeedAsync(request, request.Subject, ["copy-in"], cancellation).ConfigureAwait(false),
        DockerAct.CopyOut => await DeedAsync(request, request.Subject, ["copy-out"], cancellation).ConfigureAwait(false),
        DockerAct.Commit => await DeedAsync(request, request.Subject, ["commit"], cancellation).ConfigureAwait(false),
        DockerAct.Export => await DeedAsync(request, request.Subject, ["export"], cancellation).ConfigureAwait(false),
        DockerAct.Update => await DeedAsync(request, request.Subject, ["update"], cancellation).ConfigureAwait(false),
        DockerAct.Build => await OfDaemonAsync(request, "build", cancellation).ConfigureAwait(false),
        DockerAct.Volume => await OfDaemonAsync(request, "volumes", cancellation).ConfigureAwait(false),
        DockerAct.Plugin => await OfDaemonAsync(request, "plugins", cancellation).ConfigureAwait(false),
        DockerAct.Swarm => await OfDaemonAsync(request, "swarm", cancellation).ConfigureAwait(false),
        DockerAct.Service => await ServiceAsync(request, cancellation).ConfigureAwait(false),
        _ => CollectedDemands.None,
    };

    private async Task<CollectedDemands> CreateAsync(AuthorizeRequest request, CancellationToken cancellation)
    {
        var demands = request.Demands;
        // Without the image the daemon makes no container; should it come in this moment, the start is judged by what is there then.
        if (await facts.ImageAsync(request.Daemon, demands.Image, cancellation).ConfigureAwait(false) is not { } image)
            return CollectedDemands.None;
        var container = new Container("", request.Name)
        {
            Image = demands.Image,
            ImageDigest = image.Id,
            Command = image.CommandOf(demands),
            Labels = image.LabelsOf(demands),
        };
        return await OfContainerAsync(request, container, demands, [.. image.Names, demands.Image], cancellation).ConfigureAwait(false);
    }

    private async Task<CollectedDemands> StartAsync(AuthorizeRequest request, CancellationToken cancellation)
    {
        if (await facts.ContainerAsync(request.Daemon, request.Subject, cancellation).ConfigureAwait(false) is not { } account)
            return CollectedDemands.None;
        var collected = await OfContainerAsync(request, account.Container, account.Demands, [account.Container.Image], cancellation).ConfigureAwait(false);
        return collected with { StartedContainer = account.Container.Id };
    }

    private async Task<CollectedDemands> OfContainerAsync(
        AuthorizeRequest request, Container container, ContainerDemands demands, ImmutableArray<string> names, CancellationToken cancellation)
    {
        var wanted = await WantedAsync(request.Daemon, demands, cancellation).ConfigureAwait(false);
        var joined = await JoinedAsync(request.Daemon, demands, cancellation).ConfigureAwait(false);
        return new([new(container, wanted, StartsImage: true), .. joined]) { ImageId = container.ImageDigest, ImageNames = [.. names.Distinct(StringComparer.Ordinal)] };
    }

    private async Task<List<Demand>> JoinedAsync(string daemon, ContainerDemands demands, CancellationToken cancellation)
    {
        var all = new List<Demand>();
        foreach (var join in demands.Joins)
        {
            // One that is not there the daemon refuses itself.
            if (await facts.ContainerAsync(daemon, join.Container, cancellation).ConfigureAwait(false) is { } other)
                all.Add(new(other.Container, [Privilege.Parse(join.Privilege)], StartsImage: false));
        }
        return all;
    }

    private async Task<CollectedDemands> DeedAsync(
        AuthorizeRequest request, string container, IEnumerable<string> privileges, CancellationToken cancellation) =>
        await facts.ContainerAsync(request.Daemon, container, cancellation).ConfigureAwait(false) is { } account
            ? new([new(account.Container, [.. privileges.Select(Privilege.Parse)], StartsImage: false)])
            : CollectedDemands.None;

    private async Task<CollectedDemands> ExecStartAsync(AuthorizeRequest request, CancellationToken cancellation) =>
        await facts.ExecAsync(request.Daemon, request.Subject, cancellation).ConfigureAwait(false) is var (container, isPrivileged)
            ? await DeedAsync(request, container, [isPrivileged ? "exec-privileged" : "exec"], cancellation).ConfigureAwait(false)
            : CollectedDemands.None;

    // What the daemon does for no container counts as a workload of its own, so that it is learnt and allowed like any other.
    private async Task<CollectedDemands> OfDaemonAsync(AuthorizeRequest request, string what, CancellationToken cancellation)
    {
        var container = new Container("", "")
        {
            Labels = ImmutableDictionary<string, string>.Empty.Add(ComposeProject, "docker").Add(ComposeService, what),
        };
        var wanted = await WantedAsync(request.Daemon, request.Demands, cancellation).ConfigureAwait(false);
        return new([new(container, wanted, StartsImage: false), .. await JoinedAsync(request.Daemon, request.Demands, cancellation).ConfigureAwait(false)]);
    }

    private async Task<CollectedDemands> ServiceAsync(AuthorizeRequest request, CancellationToken cancellation)
    {
        var container = new Container("", request.Name)
        {
            Image = request.Demands.Image,
            Labels = ImmutableDictionary<string, string>.Empty.Add(SwarmService, request.Name),
        };
        return new([new(container, await WantedAsync(request.Daemon, request.Demands, cancellation).ConfigureAwait(false), StartsImage: false)]);
    }

    private async Task<ImmutableArray<Privilege>> WantedAsync(string daemon, ContainerDemands demands, CancellationToken cancellation)
    {
        var wanted = demands.Privileges.Select(Privilege.Parse).ToHashSet();
        var paths = demands.Paths.ToList();
        if (demands.Volumes.Length > MostVolumes)
            throw new UnreadableCallException(FormattableString.Invariant($"it asks for more than {MostVolumes} volumes"));
        foreach (var name in demands.Volumes)
        {
            if (await facts.VolumeAsync(daemon, name, cancellation).ConfigureAwait(false) is not { } volume)
                continue;
            wanted.UnionWith(volume.Privileges.Select(Privilege.Parse));
            paths.AddRange(volume.Paths);
        }
        if (paths.Count > 0)
        {
            var dataRoot = await facts.DataRootAsync(daemon, cancellation).ConfigureAwait(false);
            wanted.UnionWith(paths.Select(path => MountOf(path, dataRoot)).OfType<Privilege>());
        }
        if (!IsUsual(demands.Runtime))
            wanted.Add(Privilege.Parse($"runtime:{demands.Runtime}"));
        return [.. wanted.Order()];
    }

    private static Privilege? MountOf(HostPath path, string dataRoot)
    {
        var (plain, real) = (SensitivePaths.Plain(path.Path), HostFiles.Follow(path.Path));
        var sensitive = SensitivePaths.Contain(real, path.ReadOnly, dataRoot) ? real : SensitivePaths.Contain(plain, path.ReadOnly, dataRoot) ? plain : null;
        if (sensitive is null)
            return null;
        return sensitive.Length > Privilege.LongestText - 16 || sensitive.Any(char.IsControl)
            ? throw new UnreadableCallException("it asks for a path that cannot be written down")
            : Privilege.Mount(sensitive, path.ReadOnly);
    }

    // Bulwark's own becomes runc.
    private bool IsUsual(string name) => name.Length == 0 || name == runtime || name.StartsWith(runtime + "-", StringComparison.Ordinal)
        || (runtime == "runc" && (s_runcNames.Contains(name) || name.StartsWith("bulwark", StringComparison.Ordinal)));
}
