namespace Bulwark.Model.Observations;

/// <summary>Why a packet was judged as it was. Shared with <c>bpf/include/events.h</c>.</summary>
public enum VerdictReason : byte
{
    None = 0,

    /// <summary>No entry in the workload's profile allows the conversation.</summary>
    NotInProfile = 1,

    /// <summary>The source address is none of the container's own.</summary>
    SpoofedSource = 2,

    /// <summary>The packet's headers are broken or do not fit the packet.</summary>
    Malformed = 3,

    /// <summary>A later fragment whose first fragment was not seen.</summary>
    UnknownFragment = 4,

    /// <summary>Neither IPv4, IPv6 nor ARP.</summary>
    NotIp = 5,

    /// <summary>An ICMP error that belongs to no known connection.</summary>
    UnrelatedError = 6,

    /// <summary>The interface is held until its container's policy is in the kernel.</summary>
    Held = 7,

    /// <summary>The profile allows the conversation, or has the port, but not for this executable.</summary>
    Executable = 8,

    /// <summary>It says what only a router says: an advertisement of itself as one, or a redirect.</summary>
    Routing = 9,

    /// <summary>It is for an address that is none of the container's own.</summary>
    Misdirected = 10,
}
