using System.Collections.Immutable;
using Bulwark.Cli.Api;

namespace Bulwark.Cli.Commands;

/// <summary>Programs that a server has learnt of a container's workload: those that opened or served a conversation since it was learnt.</summary>
internal static class KnownPrograms
{
    private const int ShortId = 12;

    /// <returns>Paths in the container, without a slash in front; none where no server knows it: then only what runs now is known.</returns>
    public static async Task<ImmutableArray<string>> OfAsync(ApiClient client, string container, CancellationToken cancel)
    {
        try
        {
            var workloads = await client.WorkloadsAsync(cancel).ConfigureAwait(false);
            var workload = workloads.FirstOrDefault(workload => workload.Containers.Any(found =>
                found.Name == container || (container.Length >= ShortId && found.Id.StartsWith(container, StringComparison.Ordinal))));
            if (workload is null)
                return [];
            var profile = await client.ProfileAsync(workload.Name, cancel).ConfigureAwait(false);
            return [.. profile.Entries.SelectMany(entry => entry.Executables).Where(path => path.StartsWith('/')).Select(path => path[1..]).Distinct()];
        }
        catch (CommandFailure)
        {
            return [];
        }
    }
}
