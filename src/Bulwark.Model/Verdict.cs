namespace Bulwark.Model;

/// <summary>What was decided about a packet, a connection or an attempt.</summary>
public enum Verdict : byte
{
    /// <summary>A profile entry allows it, or the workload is still learning.</summary>
    Allowed = 0,

    /// <summary>Outside the profile of a workload in <see cref="Mode.Audit"/>: it passed.</summary>
    WouldBlock = 1,

    /// <summary>Outside the profile of a workload in <see cref="Mode.Protect"/>: it did not pass.</summary>
    Blocked = 2,
}
