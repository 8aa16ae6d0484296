using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Bulwark.Model.Workloads;

/// <summary>Tells which workload a container belongs to, from what its runtime says of it.</summary>
public static class WorkloadResolver
{
    // Labels that compose (https://docs.docker.com/reference/compose-file) and swarm set on their containers.
    private const string ComposeProject = "com.docker.compose.project";
    private const string ComposeService = "com.docker.compose.service";
    private const string SwarmService = "com.docker.swarm.service.name";
    private const string SwarmStack = "com.docker.stack.namespace";

    /// <summary>Every label that counts.</summary>
    public static readonly ImmutableArray<string> Labels = [ComposeProject, ComposeService, SwarmService, SwarmStack];

    /// <summary>The kind, unique name and project of the workload that <paramref name="container"/> is a replica of.</summary>
    public static (WorkloadKind Kind, string Name, string Project) Resolve(Container container)
    {
        var labels = container.Labels;
        if (labels.TryGetValue(ComposeProject, out var project) && labels.TryGetValue(ComposeService, out var service))
            return (WorkloadKind.Compose, $"{project}/{service}", project);
        if (labels.TryGetValue(SwarmService, out var swarmService))
            return (WorkloadKind.Swarm, $"swarm/{swarmService}", labels.GetValueOrDefault(SwarmStack, ""));
        return (WorkloadKind.Image, $"{Repository(container.Image)}@{CommandDigest(container.Command)}", "");
    }

    /// <summary>The image reference without tag and digest: <c>registry:5000/shop/web:1.2</c> is <c>registry:5000/shop/web</c>.</summary>
    public static string Repository(string image)
    {
        var withoutDigest = image.Split('@', 2)[0];
        var tag = withoutDigest.LastIndexOf(':');
        return tag > withoutDigest.LastIndexOf('/') ? withoutDigest[..tag] : withoutDigest;
    }

    // Short enough to type, long enough that two commands of one image do not meet by chance (32 bits).
    private static string CommandDigest(IEnumerable<string> command) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', command)))[..4]);
}
