using System.Collections.Immutable;
using System.Net;
using Bulwark.Model;
using Bulwark.Model.Enforcement;
using Bulwark.Model.Executables;
using Bulwark.Model.Learning;
using Bulwark.Model.Observations;
using Bulwark.Model.Profiles;
using Bulwark.Server.Api;
using Bulwark.Server.Images;

namespace Bulwark.Server.Engine;

/// <summary>Folds what agents saw into the state: resolves the kernel's identities, learns, counts, makes events.</summary>
internal sealed class ObservationFolder(StateWriter state, PolicyApplier policies, DriftWatch drift, ExecutableOrigins origins, LearningThresholds thresholds)
{
    private const int MaximumAddresses = 16;

    private readonly Dictionary<string, long> _lost = new(StringComparer.Ordinal);
    private DateTimeOffset _lossTold = DateTimeOffset.MinValue;

    public void Fold(Observation observation)
    {
        switch (observation)
        {
            case ContainerSeen seen:
                Fold(seen);
                break;
            case ContainerGone gone:
                Fold(gone);
                break;
            case ConversationSeen seen:
                Fold(seen);
                break;
            case TrafficCounted counted:
                Update(counted, counted.Workload, w => w with
                {
                    Profile = Learner.Count(w.Profile, Key(counted, counted.Direction, counted.Peer, null, counted.Port),
                        counted.BytesSent, counted.BytesReceived, counted.Time, thresholds),
                });
                break;
            case ProtocolSeen seen:
                Update(seen, seen.Workload, w => w with
                {
                    Profile = Learner.Recognise(w.Profile, Key(seen, seen.Direction, seen.Peer, seen.Address, seen.Port), seen.Protocol, seen.ServerName),
                });
                break;
            case NameSeen seen:
                Fold(seen);
                break;
            case AttemptJudged judged:
                Fold(judged);
                break;
            case ObservationsLost lost:
                Lose(lost.Where, lost.Count, lost.Time);
                break;
            case ProgramsRestored restored:
                Fold(restored);
                break;
            default:
                throw new InvalidOperationException($"Unknown observation {observation.GetType()}.");
        }
    }

    /// <summary>
    /// Observations were lost. Which workloads they were about is not known, so none that is still learning, or on trial in audit, may
    /// pass on the evidence until now. Lost verdicts (<paramref name="where"/> says so) are no evidence for learning, only for the trial: a
    /// flood of attempts must not hold learning up.
    /// </summary>
    public void Lose(string where, long count, DateTimeOffset time)
    {
        _lost[where] = _lost.GetValueOrDefault(where) + count;
        state.Current = state.Current with { Lost = state.Current.Lost + count };
        var verdicts = where.Contains(Events.Verdict, StringComparison.OrdinalIgnoreCase);
        foreach (var workload in state.Current.Workloads.Values)
        {
            if (workload.Profile.Mode == Mode.Audit || (workload.Profile.Mode == Mode.Learn && !verdicts))
                state.Put(workload with { Profile = Learner.Lose(workload.Profile, count, time) });
        }
    }

    /// <summary>Tells of losses, at most once in ten seconds: a flood that overruns a buffer must not flood the events too.</summary>
    public void TellLosses(DateTimeOffset now)
    {
        if (_lost.Count == 0 || now - _lossTold < TimeSpan.FromSeconds(10))
            return;
        _lossTold = now;
        foreach (var (where, count) in _lost)
        {
            state.Events.Append(Events.Make(now, Events.Lost, "",
                FormattableString.Invariant($"{count} observations were lost ({where}); workloads that they may be about start their quiet span anew."),
                "bulwark status"));
        }
        _lost.Clear();
    }

    private void Fold(ProgramsRestored restored)
    {
        var workload = state.Current.Workloads.GetValueOrDefault(restored.Workload);
        var container = workload?.Containers.GetValueOrDefault(restored.ContainerId)?.Name ?? restored.ContainerId;
        var where = restored.Interface == 0 ? "the control groups" : container.Length > 0 ? $"the interface of {container}" : "an interface";
        state.Events.Append(Events.Make(restored.Time, Events.Notice, workload?.Workload.Name ?? "",
            $"Something on this host removed Bulwark's programs from {where}, or put others before them; they are back.") with
        {
            Container = container,
        });
    }

    private void Fold(ContainerSeen seen) => Update(seen, seen.Workload, w => w with
    {
        Workload = state.Directory.Find(seen.Workload) ?? w.Workload,
        Containers = w.Containers.SetItem(seen.Container.Id, seen.Container),
    });

    private void Fold(ContainerGone gone)
    {
        foreach (var workload in state.Current.Workloads.Values)
        {
            if (workload.Containers.ContainsKey(gone.ContainerId))
                state.Put(workload with { Containers = workload.Containers.Remove(gone.ContainerId) });
        }
    }

    private void Fold(ConversationSeen seen) => Update(seen, seen.Workload, w =>
    {
        var key = Key(seen, seen.Direction, seen.Peer, seen.Address, seen.Port);
        if (w.Profile.Mode == Mode.Learn)
            policies.EnsureIdentity(key.Peer);
        state.CountActivity(seen.Workload, Learner.Announcer(w.Profile, key, seen.AnnouncedBy)?.Key ?? key, seen.Time, seen.Connections);
        return drift.Note(w with
        {
            Profile = Learner.ObserveAnnounced(w.Profile, key, seen.AnnouncedBy, seen.Time, seen.Connections, seen.Executable, thresholds),
        }, seen, key);
    });

    private void Fold(NameSeen seen)
    {
        var name = Peer.HostName(seen.HostName);
        policies.Invalidate(state.Outside.Learn(name, seen.Identity));
        state.Outside.See(name, seen.Time);
        var addresses = seen.Addresses.Select(a => a.ToString())
            .Concat(state.Current.Addresses.GetValueOrDefault(name, [])).Distinct().Take(MaximumAddresses).ToImmutableArray();
        state.Current = state.Current with { Addresses = state.Current.Addresses.SetItem(name, addresses) };
    }

    private void Fold(AttemptJudged judged) => Update(judged, judged.Workload, w =>
    {
        var isBind = judged is { Reason: VerdictReason.Executable, Direction: Direction.In };
        var key = isBind ? BindKey(w.Profile, judged.Port) : Key(judged, judged.Direction, judged.Peer, judged.Address, judged.Port);
        var container = w.Containers.TryGetValue(judged.ContainerId, out var known) ? known.Name : judged.ContainerId;
        var origin = judged.Executable.Length > 0 && known is not null ? origins.Find(known, judged.Executable) : ExecutableOrigin.Unknown;
        var attempt = new Attempt(judged.Verdict, judged.Reason, w.Workload.Name, key)
        {
            Executable = judged.Executable,
            Origin = origin,
            Container = container,
            Address = isBind ? "" : judged.Address.ToString(),
            ProcessId = judged.ProcessId,
            Attempts = judged.Attempts,
        };
        state.Events.Append(new(
            0, judged.Time.ToUniversalTime(), Events.Verdict, judged.Verdict, ReportText.CamelCase(judged.Reason), w.Workload.Name, container,
            ReportText.CamelCase(judged.Direction), key.Peer.ToString(), attempt.Address, key.Port.ToString(), judged.Executable, judged.ProcessId,
            judged.Attempts, Explainer.Message(attempt), Explainer.Hint(attempt))
        {
            ExecutableOrigin = ExecutableReporter.Word(origin),
            Package = origin.Package,
            PackageVersion = origin.Version,
        });
        return Judge(w, judged, key);
    });

    private WorkloadState Judge(WorkloadState w, AttemptJudged judged, ProfileKey key)
    {
        var profile = w.Profile;
        // The map shows what was tried. In learn it would be learnt, though nothing passed; what is allowed by now is no refusal.
        if (judged.Reason == VerdictReason.NotInProfile && profile.Mode != Mode.Learn && ProfileLookup.Cover(profile, key) is null)
            profile = Learner.Observe(profile, key, judged.Time, 0, judged.Executable, thresholds);
        return judged.Verdict switch
        {
            Verdict.Blocked => w with { Profile = profile, Blocked = w.Blocked + judged.Attempts },
            Verdict.WouldBlock => w with
            {
                Profile = profile,
                WouldBlock = w.WouldBlock + judged.Attempts,
                LastWouldBlock = judged.Time,
            },
            _ => w,
        };
    }

    private void Update(Observation observation, Identity identity, Func<WorkloadState, WorkloadState> change)
    {
        var workload = state.Find(identity, observation.Time, out var isNew);
        if (workload is null)
        {
            Lose("of an unknown workload", 1, observation.Time);
            return;
        }
        if (isNew)
            policies.Invalidate(identity);
        var changed = change(workload);
        if (!ReferenceEquals(changed, workload))
            state.Put(changed);
    }

    // Of all who reach the port, the event names one.
    private static ProfileKey BindKey(Profile profile, ServerPort port) => ProfileLookup.ClosedPorts(profile).Select(e => e.Key).Where(key => key.Port == port)
        .DefaultIfEmpty(new(Direction.In, Peer.World, port)).Min();

    private ProfileKey Key(Observation observation, Direction direction, Identity identity, IPAddress? address, ServerPort port)
    {
        var peer = PeerOf(identity, direction, address);
        if (state.Outside.IdentityOf(peer) is not null)
            state.Outside.See(peer, observation.Time);
        return new(direction, peer, port);
    }

    private Peer PeerOf(Identity identity, Direction direction, IPAddress? address)
    {
        if (identity == Identity.Host)
            return Peer.Host;
        if (identity == Identity.Multicast)
            return Peer.Multicast;
        if (identity.IsWorkload && state.Directory.Find(identity) is { } workload)
            return workload.Peer;
        if (state.Outside.PeerOf(identity) is { } outside)
            return outside;
        // Clients outside come from anywhere; servers outside are few, and worth a name of their own.
        return direction == Direction.Out && address is not null ? Peer.Address(Unmapped(address)) : Peer.World;
    }

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

}
