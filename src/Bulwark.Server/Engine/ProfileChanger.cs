using System.Collections.Immutable;
using Bulwark.Model;
using Bulwark.Model.Enforcement;
using Bulwark.Model.Learning;
using Bulwark.Model.Privileges;
using Bulwark.Model.Profiles;
using Bulwark.Model.Workloads;
using Bulwark.Server.Api;

namespace Bulwark.Server.Engine;

/// <summary>
/// Changes profiles on a person's word, and modes also by itself. The kernel comes first: a profile that it does not take is not kept,
/// so what is shown is what is in force.
/// </summary>
internal sealed class ProfileChanger(StateWriter state, PolicyApplier policies)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(10);

    private readonly Dictionary<Identity, DateTimeOffset> _held = [];

    public const string ByPerson = "because a person said so";

    /// <summary>
    /// Allows a conversation at both ends, or at none if a policy does not fit: where the peer is a workload that is judged too, an entry
    /// at one end would leave the other one blocking. Returns what was not allowed before, at the asked workload first.
    /// </summary>
    /// <param name="executable">The one more that may open it at the asked workload; empty for all.</param>
    public ImmutableArray<ProfileChange> Allow(Identity workload, ProfileKey key, string executable, DateTimeOffset now)
    {
        var before = state.Current.Workloads[workload];
        ImmutableArray<ProfileChange> changes = [AllowAt(before, key, executable, "", now)];
        if (BothEnds.Other(state.Current, before.Workload, key) is { } end && BothEnds.IsMissing(end.Workload.Profile, end.Key))
        {
            try
            {
                changes = changes.Add(AllowAt(end.Workload, end.Key, "", BothEnds.Why(end.Workload), now));
            }
            catch
            {
                Keep(state.Current.Workloads[workload], before.Profile);
                throw;
            }
        }
        foreach (var change in changes.Where(c => c.Added.Length > 0))
        {
            var name = change.Workload.Name;
            state.Events.Append(Events.Make(now, Events.Allow, name, $"{name} may now: {string.Join(", ", change.Added)}.",
                $"bulwark forget {ShellWord.Quote(name)} --peer {ShellWord.Quote(change.Added[0].Peer.ToString())}"));
        }
        return changes;
    }

    /// <summary>
    /// Forgets entries, and the entries for the same conversations at the other end; returns them, the asked workload's first. With everything,
    /// the workload learns anew, and the other ends stay: they must let it talk while it learns.
    /// </summary>
    public ImmutableArray<ProfileChange> Forget(Identity workload, Func<ProfileEntry, bool> which, bool everything, DateTimeOffset now)
    {
        var asked = state.Current.Workloads[workload];
        var others = asked.Profile.Entries.Values.Where(e => !everything && e.IsAllowed && which(e))
            .Select(e => BothEnds.Other(state.Current, asked.Workload, e.Key))
            .Where(end => end?.Workload.Profile.Entries.GetValueOrDefault(end.Value.Key) is { IsAllowed: true })
            .GroupBy(end => end!.Value.Workload.Workload.Identity, end => end!.Value.Key).ToList();
        var changes = ImmutableArray.CreateBuilder<ProfileChange>();
        changes.Add(ForgetAt(workload, which, everything, now, ""));
        foreach (var other in others)
        {
            var keys = other.ToHashSet();
            changes.Add(ForgetAt(other.Key, e => keys.Contains(e.Key), false, now,
                $"It is the other end of what {asked.Workload.Name} forgot."));
        }
        return changes.ToImmutable();
    }

    /// <summary>The workload of a container, made when it is heard of for the first time.</summary>
    public WorkloadState Know(Container container, DateTimeOffset now)
    {
        var identity = state.Directory.GetOrAdd(container).Identity;
        var workload = state.Find(identity, now, out var isNew)!;
        if (isNew)
            policies.Invalidate(identity);
        return workload;
    }

    /// <summary>Allows privileges; returns those that were not allowed before.</summary>
    public ImmutableArray<Privilege> AllowPrivileges(Identity workload, IReadOnlyCollection<Privilege> privileges, DateTimeOffset now)
    {
        var before = state.Current.Workloads[workload];
        var added = PrivilegeJudge.Missing(before.Profile, privileges);
        if (added.IsEmpty)
            return added;
        state.Put(before with { Profile = PrivilegeJudge.Allow(before.Profile, added, now) });
        var name = before.Workload.Name;
        state.Events.Append(Events.Make(now, Events.Allow, name, $"{name} may now: {string.Join(", ", added)}.",
            $"bulwark forget {ShellWord.Quote(name)} --privilege {ShellWord.Quote(added[0].ToString())}"));
        return added;
    }

    /// <summary>Forgets privileges; returns those that were there.</summary>
    public ImmutableArray<Privilege> ForgetPrivileges(Identity workload, IReadOnlyCollection<Privilege> privileges, DateTimeOffset now)
    {
        var before = state.Current.Workloads[workload];
        ImmutableArray<Privilege> removed = [.. before.Profile.Privileges.Keys.Where(privileges.Contains)];
        if (removed.IsEmpty)
            return removed;
        state.Put(before with { Profile = before.Profile with { Privileges = before.Profile.Privileges.RemoveRange(removed) } });
        state.Events.Append(Events.Make(now, Events.Forget, before.Workload.Name, $"{before.Workload.Name} forgot: {string.Join(", ", removed)}."));
        return removed;
    }

    /// <summary>Sets the mode; returns whether anything changed.</summary>
    /// <param name="why">The end of the sentence that tells of it.</param>
    public bool SetMode(Identity workload, Mode mode, bool pinned, string why, DateTimeOffset now)
    {
        var before = state.Current.Workloads[workload];
        var profile = Learner.SetMode(before.Profile, mode, pinned, now);
        if (profile == before.Profile)
            return false;
        Keep(before, profile);
        var name = before.Workload.Name;
        var (from, to) = (ReportText.CamelCase(before.Profile.Mode), ReportText.CamelCase(mode));
        state.Events.Append(Events.Make(now, Events.Mode, name,
            from != to ? $"{name} went from {from} to {to}, {why}."
            : pinned ? $"{name} stays in {to}, {why}."
            : $"{name} is in {to} and moves on by itself from there, {why}.",
            from == to ? "" : $"bulwark mode {ShellWord.Quote(name)} {from}"));
        return true;
    }

    /// <summary>
    /// Sets the mode of a workload, as a person wants it to stay; with null it stays where it is and moves on by itself from there.
    /// Returns whether anything changed.
    /// </summary>
    public bool SetMode(Identity workload, Mode? mode, DateTimeOffset now) =>
        SetMode(workload, mode ?? state.Current.Workloads[workload].Profile.Mode, pinned: mode is not null, ByPerson, now);

    /// <summary>
    /// Sets the mode of every workload, also of those to come; returns those that changed. One whose policy does not fit stays, with a
    /// notice.
    /// </summary>
    public ImmutableArray<Identity> SetModeOfAll(Mode? mode, DateTimeOffset now)
    {
        var changed = ImmutableArray.CreateBuilder<Identity>();
        foreach (var (identity, workload) in state.Current.Workloads.OrderBy(w => w.Value.Workload.Name, StringComparer.Ordinal))
        {
            try
            {
                if (SetMode(identity, mode, now))
                    changed.Add(identity);
            }
            catch (RequestException e)
            {
                TellNotApplied(workload, e, now);
            }
        }
        if (mode != state.Current.ModeOfNew)
        {
            state.Current = state.Current with { ModeOfNew = mode };
            state.Events.Append(Events.Make(now, Events.Mode, "", mode is { } set
                ? $"Workloads to come start in {ReportText.CamelCase(set)} and stay there, {ByPerson}."
                : $"Workloads to come start in learn and move on by themselves, {ByPerson}."));
        }
        return changed.ToImmutable();
    }

    /// <summary>Moves workloads on whose time has come. One whose policy does not fit stays where it is, and is tried again later.</summary>
    public void AdvanceAll(LearningThresholds thresholds, DateTimeOffset now)
    {
        foreach (var (identity, workload) in state.Current.Workloads)
        {
            if (_held.TryGetValue(identity, out var until) && now < until)
                continue;
            var mode = Learner.Advance(workload.Profile, thresholds, now, workload.LastWouldBlock);
            if (mode == workload.Profile.Mode)
                continue;
            try
            {
                SetMode(identity, mode, pinned: false,
                    mode == Mode.Audit ? "because it is learnt" : "because nothing was outside its profile", now);
                _held.Remove(identity);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                _held[identity] = now + RetryAfter;
                TellNotApplied(workload, e, now);
            }
        }
    }

    /// <summary>Tells that the kernel did not take a policy.</summary>
    public void TellNotApplied(WorkloadState workload, Exception e, DateTimeOffset now) =>
        state.Events.Append(Events.Make(now, Events.Notice, workload.Workload.Name,
            $"The policy of {workload.Workload.Name} could not be put into force: {e.Message}",
            $"bulwark profile {ShellWord.Quote(workload.Workload.Name)}"));

    private ProfileChange AllowAt(WorkloadState before, ProfileKey key, string executable, string why, DateTimeOffset now)
    {
        // It may have changed a moment ago: a workload can be its own peer.
        before = state.Current.Workloads[before.Workload.Identity];
        var (old, profile) = (before.Profile.Entries.GetValueOrDefault(key), Learner.Allow(before.Profile, key, now, executable));
        var allowed = profile.Entries[key];
        var isWider = old is not { IsAllowed: true } || old.OnlyExecutables != allowed.OnlyExecutables
            || (allowed.OnlyExecutables && allowed.Executables.Count > old.Executables.Count);
        Keep(before, profile);
        return new(before.Workload, isWider ? [key] : [], [], why);
    }

    private ProfileChange ForgetAt(Identity workload, Func<ProfileEntry, bool> which, bool everything, DateTimeOffset now, string why)
    {
        var before = state.Current.Workloads[workload];
        ImmutableArray<ProfileKey> removed = [.. before.Profile.Entries.Values.Where(which).Select(e => e.Key).Order()];
        var profile = Learner.Forget(before.Profile, which);
        if (everything)
            profile = Learner.SetMode(profile, Mode.Learn, pinned: false, now) with { Learning = new(), Privileges = before.Profile.Privileges.Clear() };
        if (!ReferenceEquals(profile, before.Profile))
        {
            Keep(before, profile);
            policies.Release(removed.Select(k => k.Peer));
            state.Events.Append(Events.Make(now, Events.Forget, before.Workload.Name, everything
                ? FormattableString.Invariant($"{before.Workload.Name} forgot its {removed.Length} conversations and learns anew.")
                : $"{before.Workload.Name} forgot: {string.Join(", ", removed)}."));
        }
        return new(before.Workload, [], removed, why);
    }

    private void Keep(WorkloadState before, Profile profile)
    {
        var identity = before.Workload.Identity;
        if (profile.Mode != Mode.Learn || before.Profile.Mode != Mode.Learn)
        {
            try
            {
                policies.Apply(identity, profile);
            }
            catch (PolicyTooLargeException e)
            {
                throw new RequestException(409, "The policy is too large", e.Message,
                    $"Allow ranges instead of single addresses, or forget what is not needed: bulwark profile {ShellWord.Quote(before.Workload.Name)}");
            }
        }
        else
        {
            foreach (var key in profile.Entries.Keys)
                policies.EnsureIdentity(key.Peer);
        }
        state.Put(before with { Profile = profile });
    }
}
