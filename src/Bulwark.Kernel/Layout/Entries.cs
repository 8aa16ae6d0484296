using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bulwark.Kernel.Layout;

// Keys and values of the kernel's maps, field by field as in bpf/include/maps. A test compares both through the object's BTF.

/// <summary>
/// Places are where packets of a container are judged: the index of a host's interface, or another number with one of these bits.
/// </summary>
public static class Place
{
    /// <summary>An interface inside a container's network namespace: plus its index.</summary>
    public const uint Inside = 0x4000_0000;

    /// <summary>A control group: plus the number of its container.</summary>
    public const uint ControlGroup = 0x8000_0000;

    public static bool IsHostInterface(uint place) => place < Inside;
}

/// <summary><c>struct endpoint</c>: the container behind a place.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct Endpoint
{
    /// <summary>No packet passes: the container's policy is not known yet.</summary>
    public const uint Held = 1;

    /// <summary>It is on the host's network.</summary>
    public const uint OnHost = 2;

    /// <summary>No packet passes: the container started unasked, and would have been refused.</summary>
    public const uint Quarantined = 4;

    /// <summary>Network namespace cookie; 0 while it is not known.</summary>
    public ulong Netns;
    public uint Workload;

    /// <summary>The number that the agent gave the container: owner of its addresses.</summary>
    public uint Container;
    public uint Flags;

    /// <summary>The bridge that the interface is a port of, if packets may go past it to another port's container; else 0.</summary>
    public uint Bridge;
}

/// <summary><c>struct workload</c>: which policy a workload has.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct WorkloadPolicy
{
    /// <summary>Version: first part of the keys in <c>policies</c>; never used twice.</summary>
    public uint Policy;
    public uint Mode;
}

/// <summary><c>struct policy_key</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct PolicyKey
{
    public uint Policy;
    public uint Peer;
    public ushort Port;
    public byte Transport;

    /// <summary>A direction, or <see cref="Bind"/>.</summary>
    public byte Direction;

    /// <summary>In place of a direction: an entry, of any peer, for who may bind the port.</summary>
    public const byte Bind = 2;
}

/// <summary><c>enum permission</c>: values of <c>policies</c>.</summary>
[Flags]
public enum Permission : uint
{
    None = 0,
    All = 1,

    /// <summary>For the executables in <c>policy_executables</c>.</summary>
    Listed = 2,

    /// <summary>With one of these: the server may announce ports of its own, which are allowed too.</summary>
    Announces = 4,
}

/// <summary><c>struct policy_executable_key</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct PolicyExecutableKey
{
    public PolicyKey Entry;
    public uint Executable;
}

/// <summary><c>struct path_key</c>: the path of an executable, zero padded.</summary>
[InlineArray(Length)]
public struct PathKey
{
    public const int Length = 256;

    private byte _first;
}

/// <summary><c>struct executable_key</c>: a file that was looked at already.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct ExecutableFile
{
    public ulong Inode;
    public ulong NameHash;
    public ulong ParentHash;
    public uint Device;
    public uint Pad;
}

/// <summary><c>struct owner</c>: whose an address is.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct Owner
{
    public uint Identity;

    /// <summary>0: a host's address, or one that all containers of a workload share.</summary>
    public uint Container;
}

/// <summary><c>struct range_key</c>: without padding, which the kernel would take for a part of the prefix.</summary>
[StructLayout(LayoutKind.Sequential, Pack = sizeof(uint))]
public record struct RangeKey
{
    /// <summary>Bits of the mapped address.</summary>
    public uint PrefixLength;
    public MappedAddress Address;
}

/// <summary><c>struct name_key</c>: a host name, lower case, dotted, zero padded.</summary>
[InlineArray(Length)]
public struct NameKey
{
    public const int Length = 256;

    private byte _first;
}

/// <summary><c>struct name_address</c>, as far as it is looked at: names that a workload got an address for.</summary>
[StructLayout(LayoutKind.Sequential, Size = 24)]
internal record struct NameAddress
{
    /// <summary>Nanoseconds of the monotonic clock.</summary>
    public ulong Expires;
}

/// <summary><c>struct connection_key</c>: a connection as it is seen from one place; the local side is the container's.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ConnectionKey
{
    public MappedAddress Local;
    public MappedAddress Remote;

    /// <summary>Or another place.</summary>
    public uint Interface;
    public ushort LocalPort;
    public ushort RemotePort;
    public byte Transport;
    public byte IcmpRequest;
    public byte IcmpOpener;
    public Padding Pad;

    [InlineArray(5)]
    public struct Padding
    {
        private byte _first;
    }
}

/// <summary><c>struct connection</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal record struct Connection
{
    /// <summary>Nanoseconds of the monotonic clock.</summary>
    public ulong LastSeen;
    public uint Policy;
    public uint Epoch;
    public uint Peer;
    public uint Workload;
    public ushort ServerPort;
    public byte OpenedBy;
    public byte State;
    public byte Verdict;
    public byte Fins;
    public byte Samples;
    public byte Seen;
    public uint OpeningBytes;
    public ushort AnnouncedBy;
    public byte Raw;
    public byte IsDirect;

    /// <summary>Interface of the host at which the other end's packets came last.</summary>
    public uint Neighbour;
    public uint Pad;

    /// <summary>Cookie of a proxy's socket.</summary>
    public ulong Proxied;

    /// <summary>Whether it still counts, by the lifetimes of <c>bpf/include/connection.h</c>.</summary>
    public readonly bool IsAlive(ulong now, bool isTcp)
    {
        const int Opening = 0, Answered = 1, Midstream = 3, Closing = 4; // enum connection_state
        const ulong Second = 1_000_000_000;
        var life = State switch
        {
            Opening or Answered or Midstream => 60 * Second,
            Closing => 120 * Second,
            _ => isTcp ? 6 * 3600 * Second : 180 * Second,
        };
        return now <= LastSeen || now - LastSeen < life;
    }
}

/// <summary><c>struct traffic_key</c>: a conversation, seen from the workload.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct TrafficKey
{
    public uint Workload;
    public uint Peer;
    public ushort Port;
    public byte Transport;
    public byte Direction;
}

/// <summary><c>struct traffic</c>: counters of a conversation; "out" is what the container sent. Bytes of the IP layer.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct Traffic
{
    public ulong BytesOut;
    public ulong BytesIn;
    public uint SamplesClient;
    public uint SamplesServer;
}

/// <summary><c>struct traffic_told</c>: how much of the traffic the server has heard of.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct TrafficTold
{
    public ulong BytesOut;
    public ulong BytesIn;
}

/// <summary><c>struct socket_key</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct SocketKey
{
    public ulong Netns;

    /// <summary>Zero: a bound port.</summary>
    public MappedAddress Remote;

    /// <summary>The server's port: remote of a client, local of a bound socket.</summary>
    public ushort Port;
    public byte Transport;
    public byte Bound;
    public uint Pad;
}

/// <summary><c>struct socket</c>: who connected or bound.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct SocketUser
{
    /// <summary>Key of <c>executable_paths</c>; 0 when unknown.</summary>
    public uint Executable;
    public uint Process;
}

/// <summary><c>struct proxy_key</c>: which processes are proxies of Docker's published ports.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct ProxyKey
{
    public uint Executable;

    /// <summary>The inode of the mount namespace that the executable's path is of.</summary>
    public uint MountNamespace;
}

/// <summary><c>struct proxy</c>, which only the programs look into: what a proxy's process took and has not carried on yet.</summary>
[StructLayout(LayoutKind.Sequential, Size = 192)]
public struct ProxyProcess;

/// <summary><c>struct executable_path</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ExecutablePath
{
    public const int PathLength = 256;

    public uint Length;
    public uint Pad;
    public PathBytes Path;

    /// <summary>An absolute path in its mount namespace; with * in front, the end of a path that is longer or does not lead to the root.</summary>
    [InlineArray(PathLength)]
    public struct PathBytes
    {
        private byte _first;
    }
}

/// <summary><c>enum setting</c>: keys of <c>settings</c>.</summary>
public enum Setting : uint
{
    NextName = 0,
    NextExecutable = 1,
    NamesEpoch = 2,

    /// <summary>Grows with every change of what connections are judged by; odd while one is under way.</summary>
    Changes = 3,
    NextPolicy = 4,
    NextContainer = 5,

    /// <summary>How much of <see cref="Counter.LostEvents"/> the server has heard of.</summary>
    ToldLostEvents = 6,

    /// <summary>How much of <see cref="Counter.LostConnections"/> the server has heard of.</summary>
    ToldLostConnections = 7,

    /// <summary>How much of <see cref="Counter.SuppressedAttempts"/> the server has heard of.</summary>
    ToldSuppressed = 8,
    NextOwnExecutable = 9,
}

/// <summary><c>enum counter</c>: keys of <c>counters</c>.</summary>
public enum Counter : uint
{
    Packets = 0,
    Blocked = 1,
    WouldBlock = 2,
    Rejected = 3,
    LostEvents = 4,
    LostConnections = 5,
    SuppressedAttempts = 6,
    Malformed = 7,
    Held = 8,
    NoEndpoint = 9,
    Names = 10,
    Midstream = 11,
    Untracked = 12,
}
