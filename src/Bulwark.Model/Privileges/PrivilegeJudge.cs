using System.Collections.Immutable;
using Bulwark.Model.Profiles;

namespace Bulwark.Model.Privileges;

/// <summary>Decides whether a workload may have the privileges that it asks for.</summary>
public static class PrivilegeJudge
{
    /// <summary>
    /// The mode that counts for a workload's own privileges: its own one if a person set it, else the stricter of its own and the host's.
    /// Otherwise whoever may start containers would only have to start one of a new name, which is in learn.
    /// </summary>
    public static Mode ModeOf(Profile profile, Mode host) =>
        profile.ModeIsPinned ? profile.Mode : (Mode)Math.Max((byte)profile.Mode, (byte)host);

    /// <summary>
    /// The host's mode: as a person set it for all, else it goes the way of a workload that has learnt all there is: learn, then audit, then
    /// protect, by the time since it first had to judge.
    /// </summary>
    public static Mode ModeOfHost(Mode? set, bool auto, TimeSpan age, TimeSpan learning, TimeSpan audit) =>
        set ?? (!auto || age < learning ? Mode.Learn : age < learning + audit ? Mode.Audit : Mode.Protect);

    /// <summary>The privileges that no entry of the profile covers.</summary>
    public static ImmutableArray<Privilege> Missing(Profile profile, IEnumerable<Privilege> wanted) =>
        [.. wanted.Distinct().Order().Where(privilege => !profile.Privileges.Keys.Any(allowed => allowed.Covers(privilege)))];

    /// <summary>The verdict on something that is not in order.</summary>
    public static Verdict VerdictOf(Mode mode) => mode switch
    {
        Mode.Protect => Verdict.Blocked,
        Mode.Audit => Verdict.WouldBlock,
        _ => Verdict.Allowed,
    };

    /// <summary>The profile with privileges in it that were asked for: those it has were seen again, others become part of it.</summary>
    public static Profile Learn(Profile profile, IEnumerable<Privilege> wanted, DateTimeOffset time) => Put(profile, wanted, EntryOrigin.Learnt, time);

    /// <summary>A person allows privileges.</summary>
    public static Profile Allow(Profile profile, IEnumerable<Privilege> privileges, DateTimeOffset now)
    {
        var added = privileges.Where(privilege => !profile.Privileges.ContainsKey(privilege)).ToList();
        return added.Count == 0 ? profile : Put(profile, added, EntryOrigin.Allowed, now);
    }

    private static Profile Put(Profile profile, IEnumerable<Privilege> privileges, EntryOrigin origin, DateTimeOffset time) => profile with
    {
        Privileges = profile.Privileges.SetItems(privileges.Distinct().Select(privilege => KeyValuePair.Create(privilege,
            profile.Privileges.TryGetValue(privilege, out var known) ? known with { LastSeen = time } : new PrivilegeEntry(privilege, origin, time, time)))),
    };
}
