using System.Runtime.InteropServices;
using Bulwark.Images.Archives;

namespace Bulwark.Images.Sources;

/// <summary>What this machine's kernel says of a file (statx(2), Linux 4.11): .NET itself knows neither its owner nor every kind.</summary>
internal readonly partial record struct HostFileStatus(TarEntryKind Kind, UnixFileMode Mode, uint Uid, uint Gid, long Size, ulong Device)
{
    /// <summary>Changes with everything that is done to the file: its number, and when it was changed last.</summary>
    public (ulong Inode, long Seconds, uint Nanoseconds) Stamp { get; private init; }

    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint BasicStatus = 0x7ff;

    /// <summary>Whether it is this process's user's, and nobody else may write to it.</summary>
    public bool IsOwnersAlone => Uid == NativeEffectiveUser() && (Mode & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) == 0;

    /// <summary>Of the file itself, not of what a link leads to; null if it is not there.</summary>
    public static HostFileStatus? Of(string path) => NativeStatus(CurrentDirectory, path, NoFollow, BasicStatus, out var status) == 0 ? From(status) : null;

    public static HostFileStatus? Of(int descriptor) => NativeStatus(descriptor, "", EmptyPath, BasicStatus, out var status) == 0 ? From(status) : null;

    private static HostFileStatus From(in Statx status) => new(
        (status.Mode & 0xF000) switch
        {
            0x8000 => TarEntryKind.File,
            0x4000 => TarEntryKind.Directory,
            0xA000 => TarEntryKind.SymbolicLink,
            0x6000 => TarEntryKind.BlockDevice,
            0x2000 => TarEntryKind.CharacterDevice,
            0x1000 => TarEntryKind.Pipe,
            _ => TarEntryKind.Unknown,
        },
        (UnixFileMode)(status.Mode & 0xFFF), status.Uid, status.Gid, (long)status.Size, ((ulong)status.DeviceMajor << 32) | status.DeviceMinor)
    {
        Stamp = (status.Inode, status.ChangedSeconds, status.ChangedNanoseconds),
    };

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int NativeStatus(int directory, string path, int flags, uint mask, out Statx status);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint NativeEffectiveUser();

    /// <summary><c>struct statx</c> of linux/stat.h; the same on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Statx
    {
        [FieldOffset(20)]
        public uint Uid;

        [FieldOffset(24)]
        public uint Gid;

        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(96)]
        public long ChangedSeconds;

        [FieldOffset(104)]
        public uint ChangedNanoseconds;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }
}
