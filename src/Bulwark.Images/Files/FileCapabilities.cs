using System.Buffers.Binary;
using System.Numerics;

namespace Bulwark.Images.Files;

/// <summary>
/// What a program may do whoever runs it: the extended attribute <c>security.capability</c>, a <c>struct vfs_cap_data</c> of
/// linux/capability.h, version 2 or 3. The names are those of capabilities(7).
/// </summary>
public static class FileCapabilities
{
    /// <summary>Stands for an attribute that is not understood: it may give anything.</summary>
    public const ulong Unknown = ulong.MaxValue;

    private const uint RevisionMask = 0xFF000000;
    private const uint Version2 = 0x02000000;
    private const uint Version3 = 0x03000000;
    private const int Version2Bytes = 20;
    private const int Version3Bytes = 24;

    private static readonly string[] s_names =
    [
        "chown", "dac_override", "dac_read_search", "fowner", "fsetid", "kill", "setgid", "setuid", "setpcap", "linux_immutable", "net_bind_service",
        "net_broadcast", "net_admin", "net_raw", "ipc_lock", "ipc_owner", "sys_module", "sys_rawio", "sys_chroot", "sys_ptrace", "sys_pacct", "sys_admin",
        "sys_boot", "sys_nice", "sys_resource", "sys_time", "sys_tty_config", "mknod", "lease", "audit_write", "audit_control", "setfcap", "mac_override",
        "mac_admin", "syslog", "wake_alarm", "block_suspend", "audit_read", "perfmon", "bpf", "checkpoint_restore",
    ];

    // With any of these one becomes root, or reads and writes what only root may.
    private static readonly string[] s_mighty =
    [
        "chown", "dac_override", "dac_read_search", "fowner", "setuid", "setgid", "setpcap", "sys_module", "sys_rawio", "sys_ptrace", "sys_admin", "setfcap", "mac_override", "bpf", "checkpoint_restore",
    ];

    /// <summary>The capabilities that the attribute permits, a bit each; <see cref="Unknown"/> for what is no such attribute.</summary>
    public static ulong Parse(ReadOnlySpan<byte> attribute)
    {
        if (attribute.Length < Version2Bytes || (BinaryPrimitives.ReadUInt32LittleEndian(attribute) & RevisionMask) is var version
            && !(version == Version2 && attribute.Length == Version2Bytes) && !(version == Version3 && attribute.Length == Version3Bytes))
            return Unknown;
        return BinaryPrimitives.ReadUInt32LittleEndian(attribute[4..]) | (ulong)BinaryPrimitives.ReadUInt32LittleEndian(attribute[12..]) << 32;
    }

    /// <summary>Their names, in the kernel's order.</summary>
    public static IReadOnlyList<string> NamesOf(ulong capabilities)
    {
        if (capabilities == Unknown)
            return ["unknown ones"];
        var names = new List<string>(BitOperations.PopCount(capabilities));
        for (var bit = 0; bit < 64; bit++)
        {
            if ((capabilities >> bit & 1) != 0)
                names.Add(bit < s_names.Length ? s_names[bit] : $"number {bit}");
        }
        return names;
    }

    /// <summary>Whether they are as good as root.</summary>
    public static bool AreMighty(ulong capabilities) => capabilities == Unknown || NamesOf(capabilities).Any(s_mighty.Contains);
}
