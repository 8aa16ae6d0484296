using System.Runtime.InteropServices;

namespace Bulwark.Kernel.Native;

/// <summary><c>struct bpf_map_info</c> (linux/bpf.h): what the kernel tells of a map.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MapInformation
{
    public uint Type;
    public uint Id;
    public uint KeySize;
    public uint ValueSize;
    public uint MaxEntries;
    public uint Flags;
    private readonly ulong _name0;
    private readonly ulong _name1;
    private readonly uint _interface;
    private readonly uint _btfOfKernelStruct;
    private readonly ulong _device;
    private readonly ulong _inode;
    public uint Btf;
    public uint KeyType;
    public uint ValueType;
    private readonly uint _pad;

    /// <exception cref="KernelException">The kernel does not tell.</exception>
    public static unsafe MapInformation Of(int map)
    {
        MapInformation information = default;
        var size = (uint)sizeof(MapInformation);
        var result = LibBpf.ObjectInformation(map, &information, &size);
        return result == 0 ? information : throw new KernelException("ask what a map is like", -result);
    }
}
