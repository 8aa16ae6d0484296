using Bulwark.Model;
using Bulwark.Model.Enforcement;
using Bulwark.Model.Executables;
using Bulwark.Model.Learning;
using Bulwark.Model.Observations;
using Bulwark.Model.Profiles;
using Bulwark.Model.Workloads;
using Bulwark.Server.Api;
using Bulwark.Server.Images;

namespace Bulwark.Server.Engine;

/// <summary>
/// Notes executables that have conversations and are not in their container's image, or not as they are there, and tells of each once a workload. Those of an image that is not
/// scanned yet are judged when it is. Belongs to the engine's loop.
/// </summary>
internal sealed class DriftWatch(StateWriter state, ExecutableOrigins origins)
{
    private const int MostWaiting = 4096;

    private readonly Dictionary<(Identity Workload, string Image, string Path), (Container Container, ProfileKey Key)> _waiting = [];

    /// <summary>The workload, with what follows for its profile from an executable that was seen in a conversation.</summary>
    public WorkloadState Note(WorkloadState workload, ConversationSeen seen, ProfileKey key) =>
        seen.Executable.Length > 0 && workload.Containers.TryGetValue(seen.ContainerId, out var container)
            ? Note(workload, container, seen.Executable, key, seen.Time)
            : workload;

    /// <summary>Judges what waited for the scan of its image.</summary>
    public void Look(DateTimeOffset now)
    {
        foreach (var (waiting, (container, key)) in _waiting.Where(pair => origins.IsScanned(pair.Value.Container)).ToList())
        {
            _waiting.Remove(waiting);
            if (!state.Current.Workloads.TryGetValue(waiting.Workload, out var workload))
                continue;
            var noted = Note(workload, container, waiting.Path, key, now);
            if (!ReferenceEquals(noted, workload))
                state.Put(noted);
        }
    }

    private WorkloadState Note(WorkloadState workload, Container container, string path, ProfileKey key, DateTimeOffset time)
    {
        if (!origins.IsScanned(container))
        {
            if (origins.AreTold && _waiting.Count < MostWaiting && container.ImageDigest.Length > 0)
                _waiting.TryAdd((workload.Workload.Identity, container.ImageDigest, path), (container, key));
            return workload;
        }
        var origin = origins.Find(container, path);
        // What is as in the image here may have been changed in another container of the workload.
        if (!origin.IsDrift && workload.Profile.Drifted.Contains(path) && workload.Containers.Values.Any(other => origins.Find(other, path).Kind == OriginKind.Changed))
            return workload;
        var profile = Drift.Note(workload.Profile, path, origin);
        if (ReferenceEquals(profile, workload.Profile))
            return workload;
        if (origin.IsDrift)
            Tell(workload, container, path, origin.Kind, key, time);
        return workload with { Profile = profile };
    }

    private void Tell(WorkloadState workload, Container container, string path, OriginKind kind, ProfileKey key, DateTimeOffset time)
    {
        var name = workload.Workload.Name;
        var peer = ShellWord.Printable(key.Peer.ToString());
        var deed = key.Direction == Direction.Out ? $"talked to {peer} on {key.Port}" : $"served {peer} on {key.Port}";
        var what = kind == OriginKind.Changed
            ? "which is not what its image has there: it was changed after the container started"
            : "which is not in its image: it was made after the container started";
        state.Events.Append(Events.Make(time, Events.Notice, name,
            $"{ShellWord.Printable(name)} runs {ShellWord.Printable(path)}, {what}. It {deed}.",
            ShellWord.IsPrintable(name) ? $"bulwark profile {ShellWord.Quote(name)}" : "") with
        {
            Container = container.Name,
            Direction = ReportText.CamelCase(key.Direction),
            Peer = key.Peer.ToString(),
            Port = key.Port.ToString(),
            Executable = path,
            ExecutableOrigin = ReportText.CamelCase(kind),
        });
    }
}
