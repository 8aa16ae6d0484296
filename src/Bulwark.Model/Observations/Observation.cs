using System.Collections.Immutable;
using System.Net;
using Bulwark.Model.Workloads;

namespace Bulwark.Model.Observations;

/// <summary>Something an agent saw. Agents send these to the server in batches, folded; never one per packet.</summary>
public abstract record Observation(DateTimeOffset Time);

/// <summary>A container runs or changed (networks, name): it belongs to the workload with this identity.</summary>
public sealed record ContainerSeen(DateTimeOffset Time, Container Container, Identity Workload) : Observation(Time);

/// <summary>A container is gone.</summary>
public sealed record ContainerGone(DateTimeOffset Time, string ContainerId) : Observation(Time);

/// <summary>
/// Completed handshakes or answered exchanges of one conversation since the last report, seen at the workload's end.
/// <paramref name="Peer"/> is the kernel's identity; with <see cref="Identity.World"/>, <paramref name="Address"/> tells the peer.
/// </summary>
public sealed record ConversationSeen(
    DateTimeOffset Time, Identity Workload, Direction Direction, Identity Peer, IPAddress Address, ServerPort Port,
    long Connections, string Executable, string ContainerId) : Observation(Time)
{
    /// <summary>Port of the conversation on which the server announced this one's; 0 if it did not.</summary>
    public ushort AnnouncedBy { get; init; }
}

/// <summary>Traffic of a conversation since the last report. Bytes are counted at the IP layer, from the workload's end.</summary>
public sealed record TrafficCounted(
    DateTimeOffset Time, Identity Workload, Direction Direction, Identity Peer, ServerPort Port,
    long BytesSent, long BytesReceived) : Observation(Time);

/// <summary>The application protocol of a conversation was recognised from its first payload.</summary>
public sealed record ProtocolSeen(
    DateTimeOffset Time, Identity Workload, Direction Direction, Identity Peer, IPAddress Address, ServerPort Port,
    string Protocol, string ServerName) : Observation(Time);

/// <summary>DNS told a container which addresses a name has; the kernel gave the name this identity.</summary>
public sealed record NameSeen(
    DateTimeOffset Time, Identity Workload, string HostName, Identity Identity, ImmutableArray<IPAddress> Addresses) : Observation(Time);

/// <summary>
/// A packet outside the profile: blocked, or (audit) passed. <paramref name="Attempts"/> counts equal ones since the last report.
/// </summary>
public sealed record AttemptJudged(
    DateTimeOffset Time, Verdict Verdict, VerdictReason Reason, Identity Workload, string ContainerId, Direction Direction,
    Identity Peer, IPAddress Address, ServerPort Port, ushort ClientPort, string Executable, int ProcessId, long Attempts)
    : Observation(Time);

/// <summary>Something was lost: events for a full ring buffer, observations for a full queue.</summary>
public sealed record ObservationsLost(DateTimeOffset Time, string Where, long Count) : Observation(Time);

/// <summary>
/// Something took the kernel programs away, or got before them, and the agent put them back.
/// </summary>
/// <param name="Interface">The interface's index; 0: they were on the control groups.</param>
/// <param name="Workload">Whose interface it is; <see cref="Identity.Any"/> if that is not known.</param>
/// <param name="ContainerId">The container's, or empty.</param>
public sealed record ProgramsRestored(DateTimeOffset Time, uint Interface, Identity Workload, string ContainerId) : Observation(Time);
