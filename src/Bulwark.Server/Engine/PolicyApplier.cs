using System.Net;
using Bulwark.Model;
using Bulwark.Model.Enforcement;
using Bulwark.Model.Observations;
using Bulwark.Model.Profiles;
using Microsoft.Extensions.Logging;

namespace Bulwark.Server.Engine;

/// <summary>
/// Brings profiles and identities into the kernel. A range gets its identity there last: policies that must know it, do so before a
/// packet can have it.
/// </summary>
internal sealed partial class PolicyApplier(StateWriter state, IAgent agent, TimeProvider time, ILogger<PolicyApplier> logger)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    private readonly HashSet<Identity> _stale = [];
    private readonly Dictionary<Identity, DateTimeOffset> _retryAt = [];
    private readonly OutsideAssigner _outside = new(state, agent, logger);

    /// <summary>Tells the kernel everything that is known: identities, then policies. What fails is tried again later.</summary>
    public void Restore()
    {
        if (state.Outside.HighestOfKernel is { } highest)
            agent.ReserveNames(highest);
        var named = state.Current.Workloads.Values.SelectMany(w => w.Profile.Entries.Keys)
            .Where(k => k.Peer.Kind == PeerKind.Name).Select(k => k.Peer).ToHashSet();
        foreach (var (peer, _) in state.Outside.All.OrderBy(p => p.Value))
        {
            if (peer.Kind == PeerKind.Range || named.Contains(peer))
                _outside.Add(peer);
        }
        // First identities, then policies: while the server was away the kernel went on with the old ones of both.
        _outside.AssignAll(time.GetUtcNow());
        _stale.UnionWith(state.Current.Workloads.Keys);
    }

    /// <summary>The workload's policy must be brought to the kernel again.</summary>
    public void Invalidate(Identity workload) => _stale.Add(workload);

    /// <summary>All policies that name one of these peers must be brought to the kernel again.</summary>
    public void Invalidate(IReadOnlyCollection<Peer> peers)
    {
        foreach (var (identity, workload) in state.Current.Workloads)
        {
            if (workload.Profile.Mode != Mode.Learn && workload.Profile.Entries.Keys.Any(k => peers.Contains(k.Peer)))
                _stale.Add(identity);
        }
    }

    /// <summary>Sees to it that the peer has an identity, if one can be given from here.</summary>
    public void EnsureIdentity(Peer peer)
    {
        if (peer.Kind is not (PeerKind.Name or PeerKind.Range))
            return;
        state.Outside.GetOrAdd(peer, time.GetUtcNow(), out var added);
        _outside.Add(peer);
        if (added && peer.Kind == PeerKind.Range)
            InvalidateAround(IPNetwork.Parse(peer.Name));
    }

    /// <summary>Takes the identities of ranges away that no profile names any more.</summary>
    public void Release(IEnumerable<Peer> peers)
    {
        foreach (var range in peers.Where(p => p.Kind == PeerKind.Range).Distinct())
        {
            if (state.Outside.IdentityOf(range) is null || state.Current.Workloads.Values.Any(w => w.Profile.Entries.Keys.Any(k => k.Peer == range)))
                continue;
            // The kernel first: a number that it still knows must not be free.
            if (_outside.Remove(range))
                state.ForgetIdentities([range]);
        }
    }

    /// <summary>
    /// Forgets services outside that no profile names and that were not seen since a time. Names that the kernel did not meet first stay: it
    /// keeps their numbers for good, so they must not be free.
    /// </summary>
    public void Prune(DateTimeOffset unseenSince)
    {
        var named = state.Current.Workloads.Values.SelectMany(w => w.Profile.Entries.Keys).Select(k => k.Peer).ToHashSet();
        state.ForgetIdentities([.. state.Outside.Unseen(unseenSince)
            .Where(p => !named.Contains(p) && (p.Kind == PeerKind.Range ? _outside.Remove(p) : !state.Outside.IsOwnName(p)))]);
    }

    /// <summary>Puts a profile into force. The caller keeps it only if this succeeds.</summary>
    /// <exception cref="PolicyTooLargeException">It does not fit; the policy of before is in force.</exception>
    public void Apply(Identity workload, Profile profile)
    {
        var policy = Policy.Empty;
        if (profile.Mode != Mode.Learn)
        {
            foreach (var entry in profile.Entries.Values.Where(e => e.IsAllowed))
                EnsureIdentity(entry.Key.Peer);
            policy = PolicyCompiler.Compile(profile, IdentityOf, state.Outside.Ranges);
        }
        state.SaveIdentities();
        agent.Apply(workload, profile.Mode, policy);
        _stale.Remove(workload);
        _retryAt.Remove(workload);
    }

    /// <summary>
    /// Brings to the kernel what became stale, then the identities that wait for it. A policy that the kernel does not take is tried
    /// again after a while, and does not hold up the others.
    /// </summary>
    public void Settle(DateTimeOffset now, Action<WorkloadState, Exception> failed)
    {
        state.SaveIdentities();
        foreach (var identity in _stale.ToArray())
        {
            if (!state.Current.Workloads.TryGetValue(identity, out var workload)
                || (_retryAt.TryGetValue(identity, out var retry) && now < retry))
                continue;
            try
            {
                Apply(identity, workload.Profile);
            }
            catch (Exception e) when (e is not (OutOfMemoryException or Microsoft.Data.Sqlite.SqliteException))
            {
                _retryAt[identity] = now + RetryAfter;
                LogNotApplied(e, workload.Workload.Name);
                failed(workload, e);
            }
        }
        _outside.AssignAll(now);
    }

    private Identity? IdentityOf(Peer peer) => peer.Kind switch
    {
        PeerKind.Workload => state.Directory.Find(peer.Name),
        PeerKind.Host => Identity.Host,
        PeerKind.World => Identity.World,
        PeerKind.Multicast => Identity.Multicast,
        _ => state.Outside.IdentityOf(peer),
    };

    // A policy with a wider range must list the new one as well: the kernel knows an address by its narrowest range only.
    private void InvalidateAround(IPNetwork inner)
    {
        foreach (var (identity, workload) in state.Current.Workloads)
        {
            if (workload.Profile.Mode != Mode.Learn && workload.Profile.Entries.Values.Any(e => e.IsAllowed
                && e.Key.Peer.Kind == PeerKind.Range && ProfileLookup.IsInside(inner, IPNetwork.Parse(e.Key.Peer.Name))))
                _stale.Add(identity);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The policy of {Workload} could not be brought to the kernel; the one before stays in force.")]
    private partial void LogNotApplied(Exception e, string workload);
}
