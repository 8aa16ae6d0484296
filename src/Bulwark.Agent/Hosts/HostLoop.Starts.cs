using System.Globalization;
using System.Net.NetworkInformation;
using Bulwark.Agent.Starts;
using Bulwark.Kernel;
using Bulwark.Kernel.Namespaces;
using Bulwark.Kernel.Netlink;
using Bulwark.Model.Workloads;

namespace Bulwark.Agent.Hosts;

// Containers whose start waits: their namespaces are there, their first process is not yet.
internal sealed partial class HostLoop
{
    private const string IsGone = "its first process is gone";

    private readonly AwaitedStarts _starts = new();

    /// <summary>Waits until the container is watched: <see cref="StartQuestion.Ready"/>, or what is missing. For any thread.</summary>
    public Task<string> WaitForStartAsync(StartQuestion question)
    {
        var start = new AwaitedStart(question, _time.GetUtcNow() + question.Wait);
        _changes.Writer.TryWrite(start);
        return start.Answer;
    }

    private async ValueTask WatchStartsAsync(CancellationToken cancellation)
    {
        foreach (var start in _starts.Waiting)
        {
            start.Missing = "its interfaces could not be watched, see the agent's log";
            await GuardAsync(start, async () => start.Missing = await TryWatchAsync(start.Question, cancellation).ConfigureAwait(false))
                .ConfigureAwait(false);
        }
    }

    private async ValueTask SettleStartsAsync(CancellationToken cancellation)
    {
        _starts.Settle(_time.GetUtcNow());
        await HandleAsync(_starts.TakeEnded(), cancellation).ConfigureAwait(false);
    }

    // Empty when the container is watched, else what is missing.
    private async ValueTask<string> TryWatchAsync(StartQuestion question, CancellationToken cancellation)
    {
        if (_starts.Told(question.ContainerId) is not { } told)
            return "Docker did not tell of it";
        NetworkNamespace inside;
        FirstProcess process;
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{question.ProcessId}/ns/net");
        try
        {
            process = FirstProcess.Open(question.ProcessId);
        }
        catch (IOException)
        {
            return IsGone;
        }
        try
        {
            inside = NetworkNamespace.Inspect(path);
        }
        catch (KernelException)
        {
            process.Dispose();
            return IsGone;
        }
        var onHost = inside.Cookie == NetworkNamespace.OwnCookie();
        var missing = onHost ? "" : MissingAddress(told, inside);
        if (missing.Length == 0)
        {
            var known = Know(told with { IsRunning = true, ProcessId = question.ProcessId, NetworkNamespace = onHost ? "" : path });
            await WatchAsync(known, cancellation).ConfigureAwait(false);
            missing = onHost && known.Points.Count == 0 ? "it has no control group (version 2) of its own" : MissingPrograms(known);
        }
        if (missing.Length == 0)
            _starts.Start(question.ContainerId, process);
        else
            process.Dispose();
        return missing;
    }

    // In protect a container may send only from addresses that it is known by.
    private static string MissingAddress(Container told, NetworkNamespace inside)
    {
        var places = told.Networks.Where(n => n.Addresses.Length > 0).ToList();
        // An interface that is in none of the container's networks leads to Docker's gateway: no account has it. Those of ipvlan have their parent's
        // hardware address, which Docker does not tell: they are known by their own addresses.
        var waitsFor = told.Networks.Select(n => n.Name).Except(places.Select(n => n.Name)).FirstOrDefault();
        return waitsFor is null || inside.Links.Where(link => link.IsVeth || link.Kind is "macvlan" or "ipvlan").All(link => places.Exists(n => IsSame(n.MacAddress, link)
                || inside.Addresses.Any(address => address.Interface == link.Index && n.Addresses.Contains(address.Address))))
            ? ""
            : $"Docker did not tell its address in the network {waitsFor}";
    }

    private string MissingPrograms(KnownContainer known) =>
        known.Points.FirstOrDefault(point => !known.Container.Places.Contains(point.Place) || _endpoints.OwnerOf(point.Place) == 0) is { } open
            ? $"the agent could not put its programs on {open}"
            : "";

    private static bool IsSame(string macAddress, Link link) =>
        PhysicalAddress.TryParse(macAddress, out var parsed) && parsed.Equals(link.HardwareAddress);
}
