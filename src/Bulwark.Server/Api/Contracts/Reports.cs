using System.Collections.Immutable;
using Bulwark.Model;
using Bulwark.Model.Observations;

namespace Bulwark.Server.Api.Contracts;

/// <summary>How Bulwark is: <c>GET /v1/status</c>.</summary>
/// <param name="Auto">Whether workloads move from learn to audit to protect by themselves.</param>
/// <param name="ModeOfNewWorkloads">The mode in which workloads to come start and stay, if a person set one for all.</param>
public sealed record StatusReport(
    string Version, DateTimeOffset StartedAt, bool Auto, Mode? ModeOfNewWorkloads, AgentStatus Agent, long LostObservations, ImmutableArray<WorkloadReport> Workloads);

/// <summary>A workload: how it is and how far learning is.</summary>
/// <param name="Confidence">
/// 1 - the upper bound of the probability that the next conversation is one never seen; 0 to 1.
/// </param>
/// <param name="WaitsFor">What learning still waits for, each a short phrase; empty when learnt.</param>
public sealed record WorkloadReport(
    string Name, uint Identity, string Kind, string Project, string Image, ImmutableArray<ContainerReport> Containers,
    Mode Mode, bool ModeIsPinned, DateTimeOffset ModeSince, bool Learnt, double Confidence, ImmutableArray<string> WaitsFor,
    int Conversations, long Blocked, long WouldBlock, ImmutableArray<string> Zones, FindingsReport Findings);

/// <summary>What is wrong with the images of a workload's running containers, taken together.</summary>
/// <param name="State"><c>none</c> (nothing runs), <c>notScanned</c> (yet), <c>off</c> (never), <c>failed</c>, <c>cannotTell</c>, <c>scanned</c>.</param>
/// <param name="ScannedAt">When the image was scanned that was scanned longest ago; null if none was.</param>
/// <param name="Refused">Why such an image would not start in protect; empty if it would.</param>
/// <param name="Detail">What could not be told, or why a scan failed; a line each.</param>
public sealed record FindingsReport(
    string State, int Critical, int High, int Medium, int Low, int Unrated, int Secrets, int Malware, int Exploited, DateTimeOffset? ScannedAt,
    ImmutableArray<string> Refused, ImmutableArray<string> Detail);

/// <summary>A running container of a workload.</summary>
public sealed record ContainerReport(string Id, string Name, string Image, ImmutableArray<string> Addresses, DateTimeOffset StartedAt);

/// <summary>Who talks to whom: <c>GET /v1/map</c>.</summary>
public sealed record MapReport(ImmutableArray<PeerReport> Peers, ImmutableArray<ConversationReport> Conversations, ImmutableArray<ZoneReport> Zones);

/// <summary>A node of the map.</summary>
/// <param name="Peer">Its text form, as the command line takes it.</param>
/// <param name="Kind"><c>workload</c>, <c>name</c>, <c>range</c>, <c>host</c>, <c>world</c>, <c>multicast</c>.</param>
public sealed record PeerReport(string Peer, string Kind, Mode? Mode, int Containers, ImmutableArray<string> Addresses);

/// <summary>An edge of the map, merged from both ends where both are workloads.</summary>
public sealed record ConversationReport(
    string Client, string Server, string Port, string Protocol, ImmutableArray<string> ClientExecutables,
    ImmutableArray<string> ServerExecutables, ImmutableArray<string> ServerNames, long Connections, long BytesToServer,
    long BytesToClient, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, Verdict Verdict, string Origin)
{
    /// <summary>Ports that the server announced on it, as FTP does: they are part of it. For example <c>30000-30009/tcp</c>, or empty.</summary>
    public string DataPorts { get; init; } = "";

    /// <summary>Connections to them.</summary>
    public long DataConnections { get; init; }
}

/// <summary>A zone and why each member is in it.</summary>
public sealed record ZoneReport(string Name, ImmutableArray<ZoneMemberReport> Members);

/// <summary>A member of a zone.</summary>
/// <param name="Shared">Whether it is a member of several zones.</param>
public sealed record ZoneMemberReport(string Peer, bool Shared, string Reason);

/// <summary>A workload's profile.</summary>
public sealed record ProfileReport(WorkloadReport Workload, ImmutableArray<ProfileEntryReport> Entries, ImmutableArray<PrivilegeReport> Privileges)
{
    /// <summary>Where the entries' executables are from, as far as it is known.</summary>
    public ImmutableArray<ExecutableReport> Executables { get; init; } = [];
}

/// <summary>Where an executable is from.</summary>
/// <param name="Origin"><c>package</c>, <c>image</c> (and of no package), <c>volume</c>, <c>drift</c> (not in the image).</param>
/// <param name="Package">The package that owns it, or empty.</param>
/// <param name="PackageVersion">That package's version, or empty.</param>
public sealed record ExecutableReport(string Path, string Origin, string Package, string PackageVersion);

/// <summary>A privilege in a profile.</summary>
/// <param name="Meaning">What it means, in words that go on from "it …".</param>
public sealed record PrivilegeReport(string Privilege, string Origin, string Meaning, DateTimeOffset FirstSeen, DateTimeOffset LastSeen);

/// <summary>One conversation in a profile.</summary>
/// <param name="OnlyExecutables">Whether it is for these executables only.</param>
public sealed record ProfileEntryReport(
    Direction Direction, string Peer, string Port, string Protocol, string Origin, ImmutableArray<string> Executables, bool OnlyExecutables,
    ImmutableArray<string> ServerNames, long Connections, long BytesSent, long BytesReceived, DateTimeOffset FirstSeen, DateTimeOffset LastSeen)
{
    /// <summary>Ports that the server announced on it, as FTP does: they are part of it. For example <c>30000-30009/tcp</c>, or empty.</summary>
    public string DataPorts { get; init; } = "";

    /// <summary>Connections to them.</summary>
    public long DataConnections { get; init; }
}

/// <summary>Something that happened: a verdict, a change of mode, a loss, something that a person should know.</summary>
/// <param name="Kind"><c>verdict</c>, <c>mode</c>, <c>allow</c>, <c>forget</c>, <c>lost</c>, <c>notice</c>, <c>authorization</c>.</param>
/// <param name="Message">One sentence for a person.</param>
/// <param name="Hint">The command that would allow it, or empty.</param>
public sealed record EventReport(
    long Id, DateTimeOffset Time, string Kind, Verdict? Verdict, string Reason, string Workload, string Container, string Direction,
    string Peer, string Address, string Port, string Executable, int ProcessId, long Attempts, string Message, string Hint)
{
    /// <summary>Where the executable is from: <c>package</c>, <c>image</c>, <c>volume</c>, <c>drift</c>; empty if not known.</summary>
    public string ExecutableOrigin { get; init; } = "";

    /// <summary>The package that owns the executable, or empty.</summary>
    public string Package { get; init; } = "";

    /// <summary>That package's version, or empty.</summary>
    public string PackageVersion { get; init; } = "";
}

/// <summary>An event explained: what happened, why, what is near it in the profile, what to do.</summary>
public sealed record ExplainReport(EventReport Event, ImmutableArray<string> Paragraphs, ImmutableArray<ProfileEntryReport> Nearest, string Hint);

/// <summary>What a change did to a profile.</summary>
/// <param name="Why">Why this profile changed too, if it is not the one of the workload that was named; else empty.</param>
public sealed record ProfileChangeReport(string Workload, ImmutableArray<string> Added, ImmutableArray<string> Removed, string Why);

/// <summary>What would have been blocked in a span of the past.</summary>
public sealed record SimulateReport(
    DateTimeOffset Since, DateTimeOffset Until, long Conversations, long Connections, long BlockedConnections,
    ImmutableArray<SimulatedBlockReport> Blocked);

/// <summary>A recorded conversation that the profile would have blocked.</summary>
public sealed record SimulatedBlockReport(
    string Workload, Direction Direction, string Peer, string Port, long Connections, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, string Reason);

/// <summary>Whether Docker may do it.</summary>
/// <param name="Message">Why not, for the one who asked; empty if it may.</param>
public sealed record AuthorizeReport(bool Allow, string Message);
