using System.Collections.Immutable;
using Bulwark.Model;
using Bulwark.Model.Enforcement;
using Bulwark.Model.Learning;
using Bulwark.Model.Profiles;
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

    /// <summary>Allows conversations; returns those that were not allowed before.</summary>
    public ImmutableArray<ProfileKey> Allow(Identity workload, IReadOnlyCollection<ProfileKey> keys, DateTimeOffset now)
    {
        var before = state.Current.Workloads[workload];
        var profile = keys.Aggregate(before.Profile, (p, key) => Learner.Allow(p, key, now));
        ImmutableArray<ProfileKey> added =
            [.. keys.Where(k => before.Profile.Entries.GetValueOrDefault(k) is not { IsAllowed: true }).Distinct().Order()];
        Keep(before, profile);
        if (added.Length > 0)
        {
            state.Events.Append(Events.Make(now, Events.Allow, before.Workload.Name,
                $"{before.Workload.Name} may now: {string.Join(", ", added)}.",
                $"bulwark forget {ShellWord.Quote(before.Workload.Name)} --peer {ShellWord.Quote(added[0].Peer.ToString())}"));
        }
        return added;
    }

    /// <summary>Forgets entries; returns them. With everything, the workload learns anew.</summary>
    public ImmutableArray<ProfileKey> Forget(Identity workload, Func<ProfileEntry, bool> which, bool everything, DateTimeOffset now)
    {
        var before = state.Current.Workloads[workload];
        ImmutableArray<ProfileKey> removed = [.. before.Profile.Entries.Values.Where(which).Select(e => e.Key).Order()];
        var profile = Learner.Forget(before.Profile, which);
        if (everything)
            profile = Learner.SetMode(profile, Mode.Learn, pinned: false, now) with { Learning = new() };
        if (ReferenceEquals(profile, before.Profile))
            return removed;
        Keep(before, profile);
        policies.Release(removed.Select(k => k.Peer));
        state.Events.Append(Events.Make(now, Events.Forget, before.Workload.Name, everything
            ? FormattableString.Invariant($"{before.Workload.Name} forgot its {removed.Length} conversations and learns anew.")
            : $"{before.Workload.Name} forgot: {string.Join(", ", removed)}."));
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
        state.Events.Append(Events.Make(now, Events.Mode, name, mode == before.Profile.Mode
            ? $"{name} stays in {ReportText.CamelCase(mode)}, {why}."
            : $"{name} went from {ReportText.CamelCase(before.Profile.Mode)} to {ReportText.CamelCase(mode)}, {why}.",
            mode == before.Profile.Mode ? "" : $"bulwark mode {ReportText.CamelCase(before.Profile.Mode)} {ShellWord.Quote(name)}"));
        return true;
    }

    /// <summary>Sets the mode of every workload; returns those that changed. One whose policy does not fit stays, with a notice.</summary>
    public ImmutableArray<Identity> SetModeOfAll(Mode mode, DateTimeOffset now)
    {
        var changed = ImmutableArray.CreateBuilder<Identity>();
        foreach (var (identity, workload) in state.Current.Workloads.OrderBy(w => w.Value.Workload.Name, StringComparer.Ordinal))
        {
            try
            {
                if (SetMode(identity, mode, pinned: true, ByPerson, now))
                    changed.Add(identity);
            }
            catch (RequestException e)
            {
                TellNotApplied(workload, e, now);
            }
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
