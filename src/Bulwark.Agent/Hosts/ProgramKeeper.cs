using Bulwark.Kernel;
using Bulwark.Kernel.Attachment;
using Bulwark.Kernel.Layout;
using Bulwark.Model;
using Bulwark.Model.Observations;
using Microsoft.Extensions.Logging;

namespace Bulwark.Agent.Hosts;

/// <summary>
/// Keeps the programs where they were put: what something else takes away, or gets before, is put back and told of. Belongs to the
/// host loop.
/// </summary>
/// <param name="sockets">Null where there is no cgroup v2 hierarchy.</param>
internal sealed partial class ProgramKeeper(
    Endpoints endpoints, CgroupHooks? sockets, ContainerNumbers numbers, Func<Observation, CancellationToken, ValueTask> post,
    TimeProvider time, ILogger log)
{
    // Something that takes them away again and again must not keep the loop from its other work.
    private const int RepairsMax = 100; // between two looks at all
    private static readonly TimeSpan s_tellEvery = TimeSpan.FromSeconds(1);

    private readonly Dictionary<uint, DateTimeOffset> _told = [];
    private readonly HashSet<uint> _refused = [];
    private int _repairs;

    /// <summary>Something happened to the filters of an interface, be it one of ours or not.</summary>
    public async ValueTask LookAtAsync(uint @interface, CancellationToken cancellation)
    {
        if (_repairs >= RepairsMax || !endpoints.IsDisturbed(@interface))
            return;
        _repairs++;
        try
        {
            var (workload, container) = (endpoints.WorkloadOf(@interface), numbers.Find(endpoints.OwnerOf(@interface)).Id ?? "");
            if (!endpoints.Restore(@interface))
                return;
            _refused.Remove(@interface);
            LogRestored(@interface);
            await TellAsync(new(time.GetUtcNow(), @interface, workload, container), cancellation).ConfigureAwait(false);
        }
        catch (KernelException e)
        {
            // Tried again at the next look at all.
            if (_refused.Add(@interface))
                LogNotRestored(e, @interface);
        }
    }

    /// <summary>Looks at the host's interfaces: nobody tells of what happens to tcx.</summary>
    public async ValueTask LookAtInterfacesAsync(CancellationToken cancellation)
    {
        foreach (var @interface in endpoints.Attached.Where(Place.IsHostInterface).ToList())
            await LookAtAsync(@interface, cancellation).ConfigureAwait(false);
    }

    /// <summary>Looks at everything.</summary>
    public async ValueTask LookAtAllAsync(CancellationToken cancellation)
    {
        _repairs = 0;
        foreach (var @interface in endpoints.Attached.ToList())
            await LookAtAsync(@interface, cancellation).ConfigureAwait(false);
        foreach (var gone in _told.Keys.Where(each => each != 0 && !endpoints.IsWatched(each)).ToList())
            _told.Remove(gone);
        _refused.IntersectWith(endpoints.Attached);
        try
        {
            if (sockets?.Restore() is not > 0)
                return;
            LogSocketsRestored();
            await TellAsync(new(time.GetUtcNow(), 0, Identity.Any, ""), cancellation).ConfigureAwait(false);
        }
        catch (KernelException e)
        {
            if (_refused.Add(0))
                LogSocketsNotRestored(e);
        }
    }

    private async ValueTask TellAsync(ProgramsRestored restored, CancellationToken cancellation)
    {
        if (_told.TryGetValue(restored.Interface, out var last) && restored.Time - last < s_tellEvery)
            return;
        _told[restored.Interface] = restored.Time;
        await post(restored, cancellation).ConfigureAwait(false);
    }

    [LoggerMessage(13, LogLevel.Warning, "Something removed Bulwark's programs from interface {Interface}, or put others before them; they are back.")]
    private partial void LogRestored(uint @interface);

    [LoggerMessage(14, LogLevel.Error, "Something removed Bulwark's programs from interface {Interface}, and they cannot be put back.")]
    private partial void LogNotRestored(Exception e, uint @interface);

    [LoggerMessage(15, LogLevel.Warning, "Something removed Bulwark's programs from the control groups; they are back.")]
    private partial void LogSocketsRestored();

    [LoggerMessage(16, LogLevel.Error, "Bulwark's programs cannot be put on the control groups.")]
    private partial void LogSocketsNotRestored(Exception e);
}
