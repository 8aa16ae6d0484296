using Bulwark.Model.Profiles;

namespace Bulwark.Model.Privileges;

/// <summary>A privilege in a profile: what the workload may have.</summary>
/// <param name="Privilege">Which.</param>
/// <param name="Origin">Learnt, or allowed by a person.</param>
/// <param name="FirstSeen">When it was first asked for, or allowed.</param>
/// <param name="LastSeen">When it was last asked for, or allowed.</param>
public sealed record PrivilegeEntry(Privilege Privilege, EntryOrigin Origin, DateTimeOffset FirstSeen, DateTimeOffset LastSeen);
