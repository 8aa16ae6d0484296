namespace Bulwark.Agent.Hosts;

/// <summary>What the loop shows of the host.</summary>
internal sealed partial class HostLoop
{
    private volatile HostPicture _picture = new(0, []);

    /// <summary>What the loop last saw; for any thread.</summary>
    public HostPicture Picture => _picture;

    private void Publish()
    {
        var unwatched = _containers.Values.Where(w =>
            w.Container.IsRunning && w.Places.Count < w.Container.Networks.Count(n => n.Addresses.Length > 0));
        var onHost = _containers.Values.Where(w => w.Container.IsRunning && w.Container.NetworkNamespace.Length == 0 && w.Places.Count == 0);
        var warnings = unwatched.Select(w => $"The traffic of container {w.Container.Name} is not watched in all its networks.")
            .Concat(onHost.Select(w =>
                $"The traffic of container {w.Container.Name} is not watched: it is on the host's network and has no control group (version 2) of its own."));
        var quarantined = _containers.Values.Where(w => w.IsInQuarantine)
            .Select(w => $"Container {w.Container.Name} is in quarantine, because it started unasked and would have been refused: no packet of it passes.");
        _picture = new(_endpoints.Attached.Count, [.. warnings, .. quarantined]);
    }

    /// <param name="Interfaces">How many interfaces the programs sit on.</param>
    /// <param name="Warnings">What is not watched, each a sentence.</param>
    internal sealed record HostPicture(int Interfaces, IReadOnlyList<string> Warnings);
}
