using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bulwark.Kernel.Layout;

// What the kernel programs tell, field by field as in bpf/include/events.h. A test compares both through the object's BTF.

/// <summary><c>enum event_type</c>.</summary>
public enum KernelEventType : uint
{
    /// <summary>A handshake completed or an exchange was answered.</summary>
    Connection = 1,

    /// <summary>A packet outside the profile.</summary>
    Attempt = 2,

    /// <summary>The first payload of a connection, from one side: a <see cref="PayloadEvent"/>.</summary>
    Payload = 3,

    /// <summary>DNS told a container a name's addresses: a <see cref="NameEvent"/>.</summary>
    Name = 4,
}

/// <summary><c>struct event</c>: the head of every event.</summary>
[StructLayout(LayoutKind.Sequential)]
public record struct KernelEvent
{
    public KernelEventType Type;
    public uint Interface;

    /// <summary>Nanoseconds of CLOCK_MONOTONIC.</summary>
    public ulong Time;

    /// <summary>Equal ones since the last event, this one included.</summary>
    public ulong Attempts;
    public MappedAddress Address;
    public uint Workload;
    public uint Peer;
    public uint Container;

    /// <summary>Key of <c>executable_paths</c>; 0 when unknown.</summary>
    public uint Executable;
    public uint Process;
    public ushort ServerPort;
    public ushort ClientPort;
    public byte Transport;
    public byte Direction;
    public byte Verdict;
    public byte Reason;

    /// <summary>Port of the conversation on which the server announced this one's; 0: it did not.</summary>
    public ushort AnnouncedBy;
    public ushort Pad;
}

/// <summary><c>struct payload_event</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct PayloadEvent
{
    public const int DataLength = 512;

    public KernelEvent Head;

    /// <summary>Bytes of <see cref="Data"/> that are valid.</summary>
    public uint Length;
    public uint FromClient;
    public Bytes Data;

    [InlineArray(DataLength)]
    public struct Bytes
    {
        private byte _first;
    }
}

/// <summary><c>struct name_event</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct NameEvent
{
    public const int AddressesMax = 32;

    public KernelEvent Head;
    public uint Identity;
    public ushort NameLength;
    public ushort AddressCount;
    public AddressList Addresses;
    public NameKey Name;

    [InlineArray(AddressesMax)]
    public struct AddressList
    {
        private MappedAddress _first;
    }
}
